"""The parent's side of effects: it makes a call's world, and looks at what the call left there."""
