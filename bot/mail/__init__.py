"""The post room: MIME, IMAP, SMTP and LMTP. It has never heard of the GDPR."""
