"""Use cases around one text: in, out, changed, held for approval, reported on."""
