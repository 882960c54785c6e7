"""One sitting: the capture, the selfies it yields and those that a person adds."""
