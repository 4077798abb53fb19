"""What things are: frozen values and pure functions on them. No I/O and no clock.

The values are ``gc=False``: nothing frozen is ever part of a cycle, and a server that remembers thousands of them would
otherwise stop for tenths of a second whenever the garbage collector walks through all of them in vain.
"""
