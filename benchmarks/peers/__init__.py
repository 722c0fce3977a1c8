"""The same nets on Striate and on its peers, each in a process of its own that answers lines of JSON."""
