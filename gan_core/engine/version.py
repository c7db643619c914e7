"""Which engine computed a run.

Equal configurations give the same bits under the same VERSION, on one machine with one version of torch. It stands in
every digest, card and record, so that numbers of different engines are not taken for repetitions of one another.
`tests/gan_core/engine/test_version.py` pins what this version computes: whoever changes a bit raises VERSION there too.

1   members advanced in batched products, four at a time: how one was rounded depended on its neighbours
2   every member is computed alone, by one thread: alone, beside others and on any number of threads the same bits
"""

VERSION = 2
