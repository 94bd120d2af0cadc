"""The leakage lab: one network, one learner, one set of films, and only the protocol changes."""
