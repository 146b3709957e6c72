"""What a mail is: automatic or not, in which language, which rights it invokes and by which words."""
