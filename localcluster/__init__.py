"""A real Kubernetes control plane on this machine, for the demo and the tests.

etcd, kube-apiserver and kube-controller-manager in one throw-away folder; no kubelet, no scheduler. Start with
`LocalCluster.start()` from Python or `python -m localcluster up` from a shell.
"""

from localcluster.cluster import LocalCluster
from localcluster.errors import LocalClusterError
from localcluster.objects import ApiError, ObjectClient

__all__ = ["ApiError", "LocalCluster", "LocalClusterError", "ObjectClient"]
