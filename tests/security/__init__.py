"""Holes that platforms of this kind have had, class by class.

A module is named for its class, `test_class_NN_what.py`. Some are held elsewhere:

* 18 and 19 (what is somebody's own; roles that only pages know): `tests/integration/access`, where every
  address and every message is asked with every method as everybody; here, shared runs and two users.
* 20: `test_class_20_scopes.py`, and the same table with a key for each scope.
"""
