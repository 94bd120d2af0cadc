"""From a prepared film to what is said of it."""
