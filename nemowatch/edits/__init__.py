"""What the drafts and answers of the cloud say: tracks, captions, changes, words. Pure; it changes
nothing that it reads."""
