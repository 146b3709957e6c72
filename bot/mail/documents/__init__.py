"""Letters that come as a file: PDF, Word, OpenDocument, RTF and Outlook's winmail.dat, read as bounded text."""
