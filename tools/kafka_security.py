"""What a broker on this machine needs to be spoken to over TLS with a password: certificates, users, listener.

The certificate is signed by an authority made for the occasion; nothing of it outlives the folder it is made in.
"""

from __future__ import annotations

from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization

LISTENER = "SASL_SSL"
USER = "tallywire"
PASSWORD = "open-sesame-of-a-test"  # noqa: S105 - of a broker that a test starts
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")

PROPERTIES = """\
sasl.enabled.mechanisms=PLAIN,{scram}
listener.name.sasl_ssl.ssl.keystore.type=PEM
listener.name.sasl_ssl.ssl.keystore.location={keystore}
listener.name.sasl_ssl.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
"""
BY_SCRAM = """\
listener.name.sasl_ssl.{mechanism}.sasl.jaas.config=\
org.apache.kafka.common.security.scram.ScramLoginModule required;
"""


class Security:
    """An authority, a certificate for `host`, and one user, `USER` with `PASSWORD`."""

    def __init__(self, folder: Path, host: str) -> None:
        """Write the certificates to `folder`."""
        authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca_file)
        self._keystore = folder / "broker.pem"
        self._keystore.write_bytes(_keystore(authority.issue_cert(host)))

    def properties(self) -> str:
        """What a broker's configuration says of it."""
        ways = (BY_SCRAM.format(mechanism=mechanism.lower()) for mechanism in SCRAM)
        known = {"keystore": self._keystore, "user": USER, "password": PASSWORD, "scram": ",".join(SCRAM)}
        return PROPERTIES.format_map(known) + "".join(ways)

    def storage(self) -> list[str]:
        """What the storage tool must be told, that the first broker knows the user by SCRAM."""
        users = (f'{mechanism}=[name={USER},password="{PASSWORD}"]' for mechanism in SCRAM)
        return [argument for user in users for argument in ("--add-scram", user)]


def _keystore(issued: trustme.LeafCert) -> bytes:
    """Key and certificate in one file; Kafka reads keys in PKCS 8 alone."""
    key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), password=None)
    pkcs8 = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pkcs8 + b"".join(blob.bytes() for blob in issued.cert_chain_pems)
