"""Which mail servers we believe: TLS with a checked certificate, or this very machine."""

from __future__ import annotations

import ipaddress
import ssl

from bot.settings import SettingsError


def is_loopback(host: str) -> bool:
    """Whether `host` can only be this machine. Names other than localhost are not looked up."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_OWN_NETWORKS = tuple(
    map(ipaddress.ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"))
)
"""This machine and private networks (RFC 1918, RFC 4193). Not link-local ones: clouds keep secrets there."""


def is_near(address: str) -> bool:
    """Whether this IP address is of this machine or of a private network."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return any(ip in network for network in _OWN_NETWORKS)


def insist_on_tls(tls: str, host: str, key: str) -> None:
    """Refuse plain text to another machine. `key` is the setting that the message names, such as watch.tls."""
    if tls == "none" and not is_loopback(host):
        raise SettingsError(
            f'{key} = "none" is accepted only for a server on this machine, not for {host}: '
            f'set {key} to "tls" or "starttls"'
        )


def client_context(ca_file: str, key: str) -> ssl.SSLContext:
    """The system's certificate authorities, and those in `ca_file` besides. `key` names that setting."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as fault:
            raise SettingsError(f"{key}: {ca_file} cannot be read as PEM certificates") from fault
    return context


def server_context(cert_file: str, key_file: str) -> ssl.SSLContext | None:
    """Our own certificate for mail handed to us, or None when no file is configured."""
    if not cert_file:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert_file, key_file or None)
    except (OSError, ssl.SSLError) as fault:
        raise SettingsError(
            "receiver.tls_cert_file and receiver.tls_key_file cannot be read as a PEM certificate and its key"
        ) from fault
    return context


def certificate_trouble(fault: BaseException, host: str, room: str) -> str | None:
    """What to say when `fault` comes from the server's certificate or lack of TLS; None when it does not.

    `room` is the settings table, watch or send, so that the message can name the key to mend.
    """
    if isinstance(fault, ssl.SSLCertVerificationError):
        return (
            f"{host} shows a certificate that is not valid for it ({fault.verify_message}): "
            f"check {room}.host, or let {room}.ca_file name the PEM file of the authority that signed it"
        )
    if isinstance(fault, ssl.SSLError):
        return f"{host} does not speak TLS as expected ({fault.reason}): check {room}.tls and {room}.port"
    return None
