"""Errors of everything that reads or writes outside the process.

IoError
├── KubeconfigError              no kubeconfig, a broken one, or no such context
├── IdentityMismatch             the kubeconfig leads to another cluster than before
├── UnconditionalWrite           a write without a usable resourceVersion was asked for; nothing was sent
├── KubernetesError              a request to the API server
│   ├── Unreachable              no server there: the request was never sent
│   │   ├── CertificateRefused   the server's certificate, or ours, is not accepted
│   │   └── PlainHttp            it wants TLS, and was asked without
│   ├── OutcomeUnknown           a write that may have landed, or may still land
│   ├── Unavailable              a read without an answer
│   ├── Throttled                429: the server asks for patience
│   ├── Conflict                 the object has changed, or is another one of the same name
│   ├── NotFound                 404
│   ├── ListExpired              410: a listing has to start again from its first page
│   ├── Denied                   credentials, a right, or an admission policy
│   ├── Rejected                 a request no server can take: a fault of ours
│   └── UnexpectedAnswer         a success that does not hold what was asked for
│       └── CountChanged         another count than was asked for
├── PriceFileError               a price list that cannot be used
├── CostSourceError              a cost source
│   ├── CostSourceUnreachable    no answer, or not in time
│   ├── CostSourceRefused        an answer with an error status
│   └── CostAnswerInvalid        an answer that breaks a rule, so that nothing in it is believed
├── ClientError                  a server that cannot even be asked
│   ├── CaFileError              a CA that its certificate shall be checked by, and cannot be read
│   └── ProxyInvalid             a proxy of the environment that cannot be used
├── NotificationError            a message to people that was not delivered
└── PrometheusError              a query to Prometheus
    ├── PrometheusUnreachable    no answer, or not in time
    ├── PrometheusRefused        an answer with an error status
    └── PrometheusAnswerInvalid  an answer that breaks a rule, so that nothing in it is believed
"""

from activities.errors.addresses import CaFileError, ClientError, NotificationError, ProxyInvalid
from activities.errors.base import (
    IoError,
)
from activities.errors.cluster import (
    IdentityMismatch,
    KubeconfigError,
    UnconditionalWrite,
)
from activities.errors.costs import (
    CostAnswerInvalid,
    CostSourceError,
    CostSourceRefused,
    CostSourceUnreachable,
    PriceFileError,
)
from activities.errors.kubernetes import (
    Call,
    CertificateRefused,
    Conflict,
    CountChanged,
    Denied,
    KubernetesError,
    ListExpired,
    NotFound,
    OutcomeUnknown,
    PlainHttp,
    Rejected,
    Throttled,
    Unavailable,
    UnexpectedAnswer,
    Unreachable,
)
from activities.errors.prometheus import (
    PrometheusAnswerInvalid,
    PrometheusError,
    PrometheusRefused,
    PrometheusUnreachable,
)

__all__ = [
    "CaFileError",
    "Call",
    "CertificateRefused",
    "ClientError",
    "Conflict",
    "CostAnswerInvalid",
    "CostSourceError",
    "CostSourceRefused",
    "CostSourceUnreachable",
    "CountChanged",
    "Denied",
    "IdentityMismatch",
    "IoError",
    "KubeconfigError",
    "KubernetesError",
    "ListExpired",
    "NotFound",
    "NotificationError",
    "OutcomeUnknown",
    "PlainHttp",
    "PriceFileError",
    "PrometheusAnswerInvalid",
    "PrometheusError",
    "PrometheusRefused",
    "PrometheusUnreachable",
    "ProxyInvalid",
    "Rejected",
    "Throttled",
    "Unavailable",
    "UnconditionalWrite",
    "UnexpectedAnswer",
    "Unreachable",
]
