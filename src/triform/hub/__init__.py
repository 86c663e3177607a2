"""A name or a folder in, local files out: the only part of triform that touches the network or the cache of the Hub."""

from triform.hub.locating import HUB_KEYWORDS as HUB_KEYWORDS
from triform.hub.locating import locate as locate
from triform.hub.network import fetch as fetch
from triform.hub.publishing import UPLOAD as UPLOAD
from triform.hub.publishing import destination as destination
from triform.hub.publishing import push_to_hub as push_to_hub
from triform.hub.sources import Source as Source
from triform.hub.sources import is_lfs_pointer as is_lfs_pointer
