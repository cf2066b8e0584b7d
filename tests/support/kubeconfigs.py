"""The kubeconfig of a cluster at a port of this machine. At port 9 nobody listens."""


def kubeconfig_at(port: int = 9) -> str:
    """With one context, and a token for nobody."""
    return f"""
apiVersion: v1
kind: Config
current-context: here
contexts: [{{name: here, context: {{cluster: here, user: me}}}}]
clusters: [{{name: here, cluster: {{server: "https://127.0.0.1:{port}"}}}}]
users: [{{name: me, user: {{token: secret}}}}]
"""
