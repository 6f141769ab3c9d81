//! What every page has: language, reader, title, the notices above it, and words for what it shows.

use std::{borrow::Borrow, sync::Arc};

use super::{
    Pages, assets,
    text::{Texts, fill},
    viewer::Viewer,
    when,
};
use crate::{
    access::Action,
    clock::{Day, Micros, Zone},
    facts::{
        model::{Channel, ChannelSet, SellerSym},
        world::World,
    },
    number::E164,
    policy::{Reason, Verdict},
    sidecar::Language,
};

/// The frame of one page for one reader.
#[derive(Clone, Debug)]
pub(crate) struct Shell {
    /// Who reads.
    pub(crate) viewer: Viewer,
    /// The language of the page.
    pub(crate) language: Language,
    /// Its texts.
    pub(crate) texts: &'static Texts,
    /// The zone times are written in.
    pub(crate) zone: Zone,
    /// The moment the page is made.
    pub(crate) now: Micros,
    /// What is known at that moment.
    pub(crate) world: Arc<World>,
    /// The page's path, to come back to.
    pub(crate) path: String,
    /// The data are the sample's.
    pub(crate) sample: bool,
    /// The notices of regimes that are enforced and no longer the law.
    pub(crate) lapsed: Vec<Lapsed>,
    /// What to say of the form just sent.
    pub(crate) told: Option<String>,
}

/// A regime that is enforced and no longer the law.
#[derive(Clone, Debug)]
pub(crate) struct Lapsed {
    /// The regime.
    pub(crate) id: String,
    /// Why it is no longer the law.
    pub(crate) notice: String,
}

/// A link of the menu.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    /// Where to.
    pub(crate) path: &'static str,
    /// The key of its text.
    pub(crate) key: &'static str,
}

const MENU: [Link; 9] = [
    Link {
        path: "/today",
        key: "nav.today",
    },
    Link {
        path: "/decisions",
        key: "nav.decisions",
    },
    Link {
        path: "/numbers",
        key: "nav.numbers",
    },
    Link {
        path: "/complaint",
        key: "nav.complaint",
    },
    Link {
        path: "/rules",
        key: "nav.rules",
    },
    Link {
        path: "/similar",
        key: "nav.similar",
    },
    Link {
        path: "/data",
        key: "nav.data",
    },
    Link {
        path: "/reports",
        key: "nav.reports",
    },
    Link {
        path: "/changes",
        key: "nav.changes",
    },
];

impl Shell {
    /// The frame of a page that is made now.
    pub(crate) fn new(pages: &Pages, viewer: Viewer, language: Language, path: String) -> Self {
        let sidecar = &pages.sidecar;
        let world = Arc::clone(&sidecar.world());
        let now = sidecar.now();
        let lapsed = world
            .enforced
            .iter()
            .filter(|e| !e.regime.is_law_on(e.regime.zone.day(now)))
            .filter(|e| world.enforced.is_enforced(&e.regime, now))
            .map(|e| Lapsed {
                id: e.regime.id.to_string(),
                notice: e
                    .regime
                    .lapsed
                    .as_ref()
                    .map_or_else(String::new, |t| language.of(t).to_owned()),
            })
            .fold(Vec::new(), |mut list: Vec<Lapsed>, l| {
                if list.iter().all(|other| other.id != l.id) {
                    list.push(l);
                }
                list
            });
        Self {
            viewer,
            language,
            texts: Texts::of(language),
            zone: sidecar.home.zone.clone(),
            now,
            world,
            path,
            sample: pages.sample,
            lapsed,
            told: None,
        }
    }

    /// A text.
    pub(crate) fn t<'k>(&self, key: &'k str) -> &'k str {
        self.texts.get(key)
    }

    /// A text with one name replaced.
    pub(crate) fn f(&self, key: &str, name: &str, value: impl ToString) -> String {
        fill(self.texts.get(key), &[(name, &value.to_string())])
    }

    /// The ISO 639 code of the language.
    pub(crate) fn code(&self) -> &'static str {
        match self.language {
            Language::Nl => "nl",
            Language::En => "en",
        }
    }

    /// The menu: what this reader may open.
    pub(crate) fn menu(&self) -> Vec<Link> {
        MENU.into_iter()
            .filter(|link| match link.path {
                "/changes" => self.viewer.may(Action::ListChanges),
                "/complaint" => self.viewer.may(Action::SeeComplaint),
                "/numbers" => {
                    self.viewer.may(Action::SeeNumber) || self.viewer.may(Action::RecordObjection)
                }
                "/today" => self.viewer.may(Action::SeeToday),
                "/decisions" => self.viewer.may(Action::SeeDecisions),
                "/similar" => self.viewer.may(Action::ListSimilarPairs),
                "/data" => self.viewer.may(Action::SeeImports),
                "/reports" => self.viewer.may(Action::SeeReports),
                _ => self.viewer.may(Action::SeeRules),
            })
            .collect()
    }

    /// Where this reader begins: the first of the menu, or the number for who only records objections.
    pub(crate) fn home(&self) -> &'static str {
        match self.menu().first() {
            Some(link) => link.path,
            None => "/account",
        }
    }

    /// Whether a link of the menu is where the reader is.
    pub(crate) fn here(&self, link: &Link) -> bool {
        let path = self.path.split('?').next().unwrap_or_default();
        path == link.path
            || path
                .strip_prefix(link.path)
                .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Where the style sheet is.
    pub(crate) fn css(&self) -> String {
        assets::css_path()
    }

    /// Where the script is.
    pub(crate) fn js(&self) -> String {
        assets::js_path()
    }

    /// The page's path for a query string.
    pub(crate) fn path_quoted(&self) -> String {
        super::query::escape(&self.path)
    }

    /// A text as a value of a query string.
    pub(crate) fn quoted(&self, text: &str) -> String {
        super::query::escape(text)
    }

    /// A whole number with its thousands apart.
    pub(crate) fn n(&self, number: impl Borrow<u64>) -> String {
        let digits = number.borrow().to_string();
        let apart = match self.language {
            Language::Nl => '.',
            Language::En => ',',
        };
        let mut out = String::new();
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(apart);
            }
            out.push(digit);
        }
        out
    }

    /// A share of a whole in percent, with one decimal; a dash where the whole is 0.
    pub(crate) fn percent(&self, part: impl Borrow<u64>, whole: impl Borrow<u64>) -> String {
        let (part, whole) = (*part.borrow(), *whole.borrow());
        if whole == 0 {
            return "–".to_owned();
        }
        let tenths = u128::from(part) * 1000 / u128::from(whole);
        let mark = match self.language {
            Language::Nl => ',',
            Language::En => '.',
        };
        format!("{}{mark}{} %", tenths / 10, tenths % 10)
    }

    /// A day written out.
    pub(crate) fn day(&self, day: impl Borrow<Day>) -> String {
        when::day(self.texts, *day.borrow())
    }

    /// A moment written out.
    pub(crate) fn moment(&self, at: impl Borrow<Micros>) -> String {
        when::moment(self.texts, &self.zone, *at.borrow())
    }

    /// A moment written out to the second.
    pub(crate) fn exact(&self, at: impl Borrow<Micros>) -> String {
        when::exact(self.texts, &self.zone, *at.borrow())
    }

    /// A moment for machines.
    pub(crate) fn machine(&self, at: impl Borrow<Micros>) -> String {
        when::machine(&self.zone, *at.borrow())
    }

    /// The day it is.
    pub(crate) fn today(&self) -> Day {
        self.zone.day(self.now)
    }

    /// Whole days since a day; 0 for one to come.
    pub(crate) fn days_since(&self, day: impl Borrow<Day>) -> i32 {
        self.today().0.saturating_sub(day.borrow().0).max(0)
    }

    /// The short word of a verdict.
    pub(crate) fn verdict(&self, verdict: impl Borrow<Verdict>) -> &str {
        let verdict = verdict.borrow();
        let key = format!("verdict.{verdict}");
        self.texts.find(&key).unwrap_or(verdict.word())
    }

    /// The short words of a reason.
    pub(crate) fn reason(&self, reason: impl Borrow<Reason>) -> &str {
        let reason = reason.borrow();
        let key = format!("reason.{reason}");
        self.texts.find(&key).unwrap_or(reason.word())
    }

    /// The word of a file or the wire in this language: a kind of relation, of source, a purpose …
    pub(crate) fn word(&self, kind: &str, word: &str) -> String {
        let key = format!("{kind}.{word}");
        self.texts
            .find(&key)
            .map_or_else(|| word.to_owned(), str::to_owned)
    }

    /// What a channel is to the called: `telefoongesprekken`.
    pub(crate) fn channel(&self, channel: Channel) -> &str {
        let key = format!("channel.{channel}");
        self.texts.find(&key).unwrap_or(channel.word())
    }

    /// The channels of a fact in words.
    pub(crate) fn channels(&self, set: ChannelSet) -> String {
        if set == ChannelSet::ALL {
            return self.t("channel.all").to_owned();
        }
        let named = Channel::ALL.iter().filter(|c| set.names(**c));
        self.join(named.map(|c| self.channel(*c).to_owned()).collect())
    }

    /// `a, b en c`.
    pub(crate) fn join(&self, mut items: Vec<String>) -> String {
        match items.pop() {
            None => String::new(),
            Some(last) if items.is_empty() => last,
            Some(last) => format!("{} {} {last}", items.join(", "), self.t("app.and")),
        }
    }

    /// A seller's name by its id.
    pub(crate) fn seller(&self, id: &str) -> String {
        match self.world.catalogue.seller(id) {
            Some(seller) if !seller.name.is_empty() => seller.name.clone(),
            _ => id.to_owned(),
        }
    }

    /// A seller's name by its number; all sellers for 0.
    pub(crate) fn seller_of(&self, sym: SellerSym) -> String {
        match sym {
            SellerSym(0) => self.t("app.all_sellers").to_owned(),
            sym => self.seller(&self.world.symbols.seller_id(sym)),
        }
    }

    /// A product's name by its id.
    pub(crate) fn product(&self, id: &str) -> String {
        match self.world.catalogue.product(id) {
            Some(product) if !product.name.is_empty() => product.name.clone(),
            _ => id.to_owned(),
        }
    }

    /// A number as this reader may see it.
    pub(crate) fn number(&self, number: impl Borrow<E164>) -> String {
        let number = number.borrow();
        match self.viewer.caller.is_masked(Action::SeeDecisions) {
            false => number.to_string(),
            true => crate::access::masked(&number.to_string()),
        }
    }

    /// What every form of this reader sends back.
    pub(crate) fn csrf(&self) -> &str {
        self.viewer.session.csrf_token()
    }

    /// The reader's role in words.
    pub(crate) fn role(&self) -> String {
        self.word("role", self.viewer.caller.role.word())
    }

    /// What stands under every page.
    pub(crate) fn footer(&self) -> String {
        self.texts.fill(
            "app.footer",
            &[
                ("zone", self.zone.tz().iana_name().unwrap_or("UTC")),
                ("revision", &self.n(self.world.revision)),
            ],
        )
    }

    /// Whether the reader may do something, for templates: by the action's name, which a test holds to the
    /// table.
    pub(crate) fn can(&self, name: &str) -> bool {
        let action = Action::ALL.iter().find(|action| action.name() == name);
        action.is_some_and(|action| self.viewer.may(*action))
    }

    /// Whether the reader may do something.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.viewer.may(action)
    }
}
