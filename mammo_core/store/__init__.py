"""What is kept: the worklist's exams, their films, what the model read and what the reader said."""
