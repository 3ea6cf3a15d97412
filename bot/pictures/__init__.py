"""Pictures made to fit a phone, without what they say of their author, in a process of its own."""
