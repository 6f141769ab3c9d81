//! A letter as a PDF of A4 pages: Helvetica, which every reader of PDF has, so nothing is embedded.

use pdf_writer::{Content, Name, Pdf, Rect, Ref, Str, TextStr};

const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const LEFT: f32 = 71.0;
const TOP: f32 = 780.0;
const BOTTOM: f32 = 64.0;
const SIZE: f32 = 11.0;
const LEADING: f32 = 15.0;

/// The widths of Helvetica's printable ASCII in thousandths of its size, from the font's metrics.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// The characters of Windows code page 1252 between 0x80 and 0x9F; `\0` where there is none.
const HIGH: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', '\0', '‘',
    '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// Makes the PDF.
pub(crate) fn letter(title: &str, language: &str, text: &str) -> Vec<u8> {
    let lines = wrapped(text);
    let per_page = ((TOP - BOTTOM) / LEADING) as usize;
    let pages: Vec<&[String]> = lines.chunks(per_page.max(1)).collect();
    let mut next = 0;
    let mut id = || {
        next += 1;
        Ref::new(next)
    };
    let (catalog, tree, font, info) = (id(), id(), id(), id());
    let ids: Vec<(Ref, Ref)> = pages.iter().map(|_| (id(), id())).collect();
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(tree);
    root.lang(TextStr(language));
    root.viewer_preferences().display_doc_title(true);
    drop(root);
    pdf.document_info(info)
        .title(TextStr(title))
        .producer(TextStr("verzet"));
    pdf.pages(tree)
        .kids(ids.iter().map(|(page, _)| *page))
        .count(i32::try_from(ids.len()).unwrap_or(i32::MAX));
    pdf.type1_font(font)
        .base_font(Name(b"Helvetica"))
        .encoding_predefined(Name(b"WinAnsiEncoding"));
    for ((page_id, content_id), lines) in ids.iter().zip(&pages) {
        let mut page = pdf.page(*page_id);
        page.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT))
            .parent(tree)
            .contents(*content_id);
        page.resources().fonts().pair(Name(b"F1"), font);
        drop(page);
        let mut content = Content::new();
        content.begin_text();
        content.set_font(Name(b"F1"), SIZE);
        content.set_leading(LEADING);
        content.next_line(LEFT, TOP);
        for line in *lines {
            content.show(Str(&encoded(line)));
            content.next_line(0.0, -LEADING);
        }
        content.end_text();
        pdf.stream(*content_id, &content.finish());
    }
    pdf.finish()
}

/// The lines of a text, none wider than the page; at least one.
fn wrapped(text: &str) -> Vec<String> {
    let room = WIDTH - 2.0 * LEFT;
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let longer = if line.is_empty() {
                word.to_owned()
            } else {
                format!("{line} {word}")
            };
            if width(&longer) <= room {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            // A word wider than the page is cut.
            for c in word.chars() {
                if width(&line) + width(&c.to_string()) > room {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        }
        lines.push(line);
    }
    lines
}

fn width(text: &str) -> f32 {
    let units: u32 = encoded(text)
        .iter()
        .map(|byte| {
            let index = usize::from(*byte).checked_sub(32);
            let known = index.and_then(|i| WIDTHS.get(i));
            // The widest small letters with accents are 556 to 611 wide.
            u32::from(known.copied().unwrap_or(611))
        })
        .sum();
    units as f32 * SIZE / 1000.0
}

/// In the encoding of the font; `?` for what it does not have.
fn encoded(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| match u32::from(c) {
            code @ (0x20..=0x7e | 0xa0..=0xff) => code as u8,
            _ => match HIGH.iter().position(|high| *high == c && c != '\0') {
                Some(at) => 0x80 + at as u8,
                None if c == '\t' => b' ',
                None => b'?',
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_fits_the_page_and_no_word_is_lost() {
        let text = format!(
            "Geachte heer, mevrouw,\n\n{}\n{}",
            "een twee drie vier vijf ".repeat(60),
            "x".repeat(400)
        );
        let lines = wrapped(&text);
        assert!(
            lines
                .iter()
                .all(|line| width(line) <= WIDTH - 2.0 * LEFT + 0.01)
        );
        let kept: String = lines.concat().replace(' ', "");
        assert_eq!(kept, text.replace([' ', '\n'], ""));
    }

    #[test]
    fn letters_outside_the_font_become_question_marks() {
        assert_eq!(encoded("é€’?漢"), [0xe9, 0x80, 0x92, b'?', b'?']);
    }

    #[test]
    fn a_long_letter_has_several_pages_and_an_empty_one_has_one() {
        let count = |text: &str| {
            let pdf = letter("t", "nl", text);
            assert!(pdf.starts_with(b"%PDF-1.7"));
            let text = String::from_utf8_lossy(&pdf).into_owned();
            text.matches("/Type /Page\n").count()
        };
        assert_eq!(count(""), 1);
        assert_eq!(count(&"line\n".repeat(100)), 3);
    }
}
