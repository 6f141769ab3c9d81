//! The system's clock, not believed when it jumps.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering},
    time::Instant,
};

use super::Micros;

const SECOND: i64 = 1_000_000;

/// What counts as the clock's having been moved, in microseconds.
const STEP: i64 = SECOND / 2;

/// Moments already given may be this far ahead of the clock before it counts as set back, in
/// microseconds. As long as an `ALLOW` may be acted upon by default.
const SLACK: i64 = 60 * SECOND;

/// A jump forward of more than this while running is not followed, in microseconds. A machine that
/// was asleep wakes up later than it thinks; of one that wakes up a day later somebody knows.
const LONGEST_JUMP: i64 = 24 * 3_600 * SECOND;

/// A start longer than this after the last record is not believed by itself, in microseconds: a clock far
/// ahead looks the same. No register copy is fresh after so long, so no list of strangers waits for it.
const LONGEST_REST: i64 = 28 * LONGEST_JUMP;

/// Tells the time so that it never runs back behind a moment that something was stamped with, and does
/// not follow a jump that cannot be right.
#[derive(Debug)]
pub struct Steady {
    began: Instant,
    /// The system's time less the monotonic one, when last believed, in microseconds.
    offset: AtomicI64,
    /// No moment before this is given.
    floor: AtomicI64,
    /// Microseconds the clock is out: above 0 ahead, below 0 behind, 0 while it is believed.
    out: AtomicI64,
    /// Times the clock was moved since somebody asked: back, forward.
    moved: [AtomicU64; 2],
}

/// What is wrong with the clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClockFault {
    /// It is behind moments that things were stamped with.
    Behind {
        /// By so many microseconds.
        by: i64,
    },
    /// It jumped ahead.
    Ahead {
        /// By so many microseconds.
        by: i64,
    },
}

impl std::fmt::Display for ClockFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Behind { by } => write!(
                f,
                "the clock was set back: it is {} s behind what was decided or recorded last; set it right, or \
                 wait until it has caught up",
                by / SECOND
            ),
            Self::Ahead { by } => write!(
                f,
                "the clock is {} hours ahead of what it said before; set it right, or, if it is right, start \
                 once with --accept-clock",
                by / SECOND / 3_600
            ),
        }
    }
}

impl Default for Steady {
    fn default() -> Self {
        let began = Instant::now();
        Self {
            began,
            offset: AtomicI64::new(Micros::system_now().0),
            floor: AtomicI64::new(i64::MIN),
            out: AtomicI64::new(0),
            moved: [const { AtomicU64::new(0) }; 2],
        }
    }
}

impl Steady {
    /// A clock that goes on after `last`, the moment of the last record; `None` for the first start.
    pub fn after(last: Option<Micros>) -> Self {
        let clock = Self::default();
        let offset = clock.offset.load(Ordering::Relaxed);
        if let Some(last) = last.filter(|last| !Self::believes(Micros(offset), *last)) {
            clock.offset.store(last.0, Ordering::Relaxed);
        }
        clock
    }

    /// Whether a start at this moment is believed, by itself, to come after a last record at that.
    pub fn believes(start: Micros, last: Micros) -> bool {
        start.0.saturating_sub(last.0) <= LONGEST_REST
    }

    /// Believes the system's clock as it is now: somebody looked at it.
    pub fn accept(&self) {
        let running = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        let offset = Micros::system_now().0.saturating_sub(running);
        self.offset.store(offset, Ordering::Relaxed);
    }

    /// Now, but never before `last` or anything stamped here.
    pub fn now(&self, last: Micros) -> Micros {
        // In this order: to be held up between the two looks like a clock that is a little behind.
        let system = Micros::system_now().0;
        let running = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.tell(system, running, last.0)
    }

    fn tell(&self, system: i64, running: i64, last: i64) -> Micros {
        let offset = self.offset.load(Ordering::Relaxed);
        let expected = running.saturating_add(offset);
        let drift = system.saturating_sub(expected);
        if drift > LONGEST_JUMP {
            if self.out.swap(drift, Ordering::Relaxed) <= 0 {
                self.moved[1].fetch_add(1, Ordering::Relaxed);
            }
            return Micros(expected.max(last).max(self.floor.load(Ordering::Acquire)));
        }
        if drift < -SECOND {
            // What was expired before the clock was set back stays expired.
            self.floor.fetch_max(expected, Ordering::AcqRel);
        }
        if drift.abs() > 1_000 {
            let now = system.saturating_sub(running);
            let first = self
                .offset
                .compare_exchange(offset, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
            if first && drift.abs() > STEP {
                self.moved[usize::from(drift > 0)].fetch_add(1, Ordering::Relaxed);
            }
        }
        let floor = self.floor.load(Ordering::Acquire).max(last);
        let behind = floor.saturating_sub(system);
        let out = if behind > SLACK { -behind } else { 0 };
        if self.out.load(Ordering::Relaxed) != out {
            self.out.store(out, Ordering::Relaxed);
        }
        Micros(system.max(floor))
    }

    /// Something was stamped with this moment, so that nothing earlier may be given any more.
    pub fn stamped(&self, at: Micros) {
        self.floor.fetch_max(at.0, Ordering::AcqRel);
    }

    /// How often the clock was moved by more than half a second, back and forward, since this was last
    /// asked.
    pub fn take_moved(&self) -> [u64; 2] {
        [0, 1].map(|way: usize| self.moved[way].swap(0, Ordering::Relaxed))
    }

    /// What is wrong with the clock, as of the last [`Steady::now`].
    pub fn fault(&self) -> Option<ClockFault> {
        match self.out.load(Ordering::Relaxed) {
            0 => None,
            by if by > 0 => Some(ClockFault::Ahead { by }),
            by => Some(ClockFault::Behind { by: -by }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_795_512_600 * SECOND;
    const MINUTE: i64 = 60 * SECOND;

    /// A clock that said noon when it had run for nothing.
    fn at_noon() -> Steady {
        Steady {
            offset: AtomicI64::new(NOON),
            ..Steady::default()
        }
    }

    #[test]
    fn a_clock_that_goes_is_followed() {
        let clock = at_noon();
        for second in 0..1_000 {
            let system = NOON + second * SECOND + second * 900;
            let told = clock.tell(system, second * SECOND, i64::MIN);
            assert_eq!(told, Micros(system));
            assert_eq!(clock.fault(), None);
        }
    }

    #[test]
    fn a_clock_set_back_five_minutes_stands_until_it_has_caught_up() {
        let clock = at_noon();
        let ten = 10 * SECOND;
        clock.tell(NOON + ten, ten, i64::MIN);
        // Nothing was stamped, and still the time does not go back.
        for later in 0..30 {
            let running = ten + later * ten;
            let told = clock.tell(NOON + running - 5 * MINUTE, running, i64::MIN);
            let behind = 5 * MINUTE - later * ten;
            assert!(told.0 >= NOON + ten, "{told}");
            match behind > MINUTE {
                true => assert_eq!(clock.fault(), Some(ClockFault::Behind { by: behind })),
                false => assert_eq!(clock.fault(), None),
            }
        }
        let running = 6 * MINUTE;
        let told = clock.tell(NOON + running - 5 * MINUTE, running, i64::MIN);
        assert_eq!(told, Micros(NOON + MINUTE));
        assert_eq!((clock.take_moved(), clock.take_moved()), ([1, 0], [0, 0]));
    }

    #[test]
    fn a_clock_a_year_ahead_is_not_followed_and_is_believed_again_when_set_right() {
        let clock = at_noon();
        let year = 365 * 24 * 60 * MINUTE;
        let told = clock.tell(NOON + year + SECOND, SECOND, i64::MIN);
        assert_eq!(told, Micros(NOON + SECOND));
        assert_eq!(clock.fault(), Some(ClockFault::Ahead { by: year }));
        clock.stamped(told);
        let told = clock.tell(NOON + MINUTE, MINUTE, i64::MIN);
        assert_eq!((told, clock.fault()), (Micros(NOON + MINUTE), None));
        assert_eq!(clock.take_moved(), [0, 1]);
    }

    #[test]
    fn a_machine_that_slept_is_followed() {
        let clock = at_noon();
        let night = 8 * 60 * MINUTE;
        let told = clock.tell(NOON + night, SECOND, i64::MIN);
        assert_eq!((told, clock.fault()), (Micros(NOON + night), None));
    }

    #[test]
    fn a_start_long_after_the_last_record_waits_for_somebody_to_look() {
        let now = Micros::system_now().0;
        let day = 24 * 60 * MINUTE;
        let fault = |clock: &Steady| {
            clock.now(Micros(i64::MIN));
            clock.fault()
        };
        assert_eq!(fault(&Steady::after(None)), None);
        assert_eq!(fault(&Steady::after(Some(Micros(now - 20 * day)))), None);
        let long = Steady::after(Some(Micros(now - 400 * day)));
        assert!(matches!(fault(&long), Some(ClockFault::Ahead { by }) if by >= 400 * day));
        long.accept();
        assert_eq!(fault(&long), None);
    }

    #[test]
    fn nothing_is_told_before_what_was_stamped_or_recorded() {
        let clock = at_noon();
        clock.stamped(Micros(NOON + 2 * SECOND));
        assert_eq!(
            clock.tell(NOON + SECOND, SECOND, 0),
            Micros(NOON + 2 * SECOND)
        );
        let last = NOON + 3 * SECOND;
        assert_eq!(clock.tell(NOON + SECOND, SECOND, last), Micros(last));
        assert_eq!(clock.fault(), None);
        clock.tell(NOON + SECOND, SECOND, NOON + 2 * MINUTE);
        assert_eq!(
            clock.fault(),
            Some(ClockFault::Behind {
                by: 2 * MINUTE - SECOND
            })
        );
    }
}
