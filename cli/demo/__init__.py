"""`finops demo`: the product's whole life, live in your terminal, on a real control plane and a real Temporal."""
