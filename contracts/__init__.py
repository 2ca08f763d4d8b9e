"""What both sides say to each other: message types, numbers, problem codes. Imports nothing else of ours."""
