//! What pages need of access: the cookie, who is signed in, forms that cannot be forged, and the
//! headers every answer has.

mod cookie;
mod headers;
mod signed_in;

pub use self::{
    cookie::{
        cookie_of, cookie_to_begin, cookie_to_end, trip_cookie_of, trip_cookie_to_begin,
        trip_cookie_to_end,
    },
    headers::secured,
    signed_in::{PASSWORD_PATH, SIGN_IN_PATH, SignedIn},
};
