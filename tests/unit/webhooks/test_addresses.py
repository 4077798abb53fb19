from __future__ import annotations

import asyncio

import pytest

from adapters.webhooks.addresses import AddressRefused, PinnedResolver, check_url, is_public
from bot.errors import BadInput

PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111"]
PRIVATE = [
    "0.0.0.0", "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.51.100.1", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:1.1.1.1", "fe80::1", "fe80::1%eth0",
    "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1",
    "3fff::1", "2001::1", "2002:7f00:1::", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "100::1",
    "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_called(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_somebody_s_own_network_may_not(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.acme.test",
        "https://hooks.acme.test/a/b?c=d",
        "https://hooks.acme.test:443/",
        "https://hooks.acme.test:8443/",
        "https://1.1.1.1/",
        "https://[2606:4700:4700::1111]/",
        "HTTPS://hooks.acme.test/",
    ],
)
def test_a_url_that_may_be_called(url: str) -> None:
    check_url(url, allow_private=False)


@pytest.mark.parametrize(
    "url",
    [
        "", "http://hooks.acme.test/", "ftp://hooks.acme.test/", "//hooks.acme.test/", "hooks.acme.test", "https://",
        "https:///path", "https://user@hooks.acme.test/",
        "https://user:word@hooks.acme.test/", "https://@hooks.acme.test/",
        "https://hooks.acme.test/#x", "https://hooks.acme.test/#", "https://hooks.acme.test:22/",
        "https://hooks.acme.test:0/", "https://hooks.acme.test:70000/", "https://hooks.acme.test:x/",
        "https://localhost/", "https://a.localhost/", "https://printer.local/", "https://metadata.google.internal/",
        "https://hooks.acme.test./", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data", "https://[fe80::1%25eth0]/", "https://hooks.acme.test/ x",
        "https://hooks.acme.test/\n", "https://hooks.acme.test\\@127.0.0.1/", "https://höhle.test/",
        "https://127.1/", "https://2130706433/", "https://0177.0.0.1/", "https://017700000001/", "https://0x7f000001/",
        "https://0/", "https://127.0.0.0x1/", "https://[::1/", "https://hooks.acme.test/" + "x" * 2048,
    ],
)  # fmt: skip
def test_a_url_that_may_not(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_url(url, allow_private=False)
    assert (refused.value.code, refused.value.field) == ("invalid_webhook_url", "delivery.url")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/", "https://localhost/", "http://10.0.0.1/"])
def test_a_setting_allows_private_ones(url: str) -> None:
    check_url(url, allow_private=True)


@pytest.mark.parametrize("url", ["http://a@127.0.0.1/", "http://127.0.0.1/#x", "file:///etc/passwd", "https://"])
def test_but_never_these(url: str) -> None:
    with pytest.raises(BadInput):
        check_url(url, allow_private=True)


@pytest.mark.parametrize(
    ("host", "addresses", "passes"),
    [
        ("public.test", ["93.184.215.14"], True),
        ("2130706433", ["127.0.0.1"], False),
        ("0177.0.0.1", ["127.0.0.1"], False),
        ("mixed.test", ["93.184.215.14", "10.0.0.1"], False),
        ("mapped.test", ["::ffff:169.254.169.254"], False),
        ("nothing.test", [], False),
    ],
)
async def test_what_a_name_resolves_to_decides(host: str, addresses: list[str], passes: bool) -> None:
    async def lookup(asked: str, _: int) -> list[str]:
        assert asked == host
        return addresses

    resolver = PinnedResolver(allow_private=False, lookup=lookup)
    if passes:
        assert [found["host"] for found in await resolver.resolve(host, 443)] == addresses
        return
    with pytest.raises(AddressRefused):
        await resolver.resolve(host, 443)


async def test_a_name_that_resolves_elsewhere_later_gains_nothing() -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])

    async def lookup(_: str, __: int) -> list[str]:
        await asyncio.sleep(0)
        return next(answers)

    resolver = PinnedResolver(allow_private=False, lookup=lookup)
    await resolver.resolve("rebinding.test", 443)
    with pytest.raises(AddressRefused):
        await resolver.resolve("rebinding.test", 443)
