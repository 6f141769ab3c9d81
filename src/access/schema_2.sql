-- Who signs in at a provider of OpenID Connect: the account of a subject there. An account signs in one
-- way: with a link its password is empty, and a new password ends the link.
CREATE TABLE link (
  account TEXT PRIMARY KEY REFERENCES account (name),
  issuer  TEXT NOT NULL,
  subject TEXT NOT NULL,
  UNIQUE (issuer, subject)
) STRICT;
CREATE TRIGGER password_ends_link AFTER UPDATE OF password ON account WHEN new.password <> ''
BEGIN DELETE FROM link WHERE account = new.name; END;
