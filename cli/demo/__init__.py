"""`finops demo`: the product's whole life in front of one's eyes, on a real control plane and a real Temporal."""
