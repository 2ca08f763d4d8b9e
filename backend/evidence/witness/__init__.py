"""The witness: a second body's program that sees whether the log only ever grows, and says so under its own key."""
