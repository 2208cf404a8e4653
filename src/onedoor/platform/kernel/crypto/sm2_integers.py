"""
SM2 in whole numbers (GB/T 32918.1 and .2): for machines without OpenSSL 3, and the second opinion in the tests.

Python's integers do not run in constant time: a key that must resist somebody who can time each signature on the same
machine belongs in a certified cryptographic module or at least behind the OpenSSL core.
"""

import secrets
from functools import cache

# GB/T 32918.5: the recommended 256-bit prime curve
P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0

Point = tuple[int, int, int]  # Jacobian coordinates (x / z², y / z³); z == 0 is the point at infinity
INFINITY: Point = (1, 1, 0)


def on_curve(x: int, y: int) -> bool:
    return 0 <= x < P and 0 <= y < P and (y * y - (x * x * x + A * x + B)) % P == 0


def public_point(private: int) -> tuple[int, int]:
    """Return the affine point private · G."""
    return _affine(_multiply_base(private))


def new_private() -> int:
    """Return a fresh private number in [1, n-2] (GB/T 32918.1 §6.1)."""
    return 1 + secrets.randbelow(N - 2)


def sign(private: int, digest: int) -> tuple[int, int]:
    """Sign the number e = SM3(Z ‖ message); GB/T 32918.2 §6.1."""
    inverse = pow(1 + private, -1, N)
    while True:
        nonce = 1 + secrets.randbelow(N - 1)
        x, _ = _affine(_multiply_base(nonce))
        r = (digest + x) % N
        if r == 0 or r + nonce == N:
            continue
        s = inverse * (nonce - r * private) % N
        if s != 0:
            return r, s


def verify(public: tuple[int, int], digest: int, r: int, s: int) -> bool:
    """Tell whether (r, s) is a signature over e by the holder of `public`; GB/T 32918.2 §7.1."""
    if not (1 <= r < N and 1 <= s < N):
        return False
    t = (r + s) % N
    if t == 0:
        return False
    total = _add(_multiply_base(s), _multiply((*public, 1), t))
    if total[2] == 0:
        return False
    x, _ = _affine(total)
    return (digest + x) % N == r


def _double(point: Point) -> Point:
    x, y, z = point
    if z == 0 or y == 0:
        return INFINITY
    yy = y * y % P
    s = 4 * x * yy % P
    zz = z * z % P
    m = 3 * (x - zz) * (x + zz) % P  # a = -3 makes 3x² + a·z⁴ a product
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _add(first: Point, second: Point) -> Point:
    x1, y1, z1 = first
    x2, y2, z2 = second
    if z1 == 0:
        return second
    if z2 == 0:
        return first
    z1z1, z2z2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * z2z2 % P, x2 * z1z1 % P
    s1, s2 = y1 * z2 * z2z2 % P, y2 * z1 * z1z1 % P
    h, r = (u2 - u1) % P, (s2 - s1) % P
    if h == 0:
        return _double(first) if r == 0 else INFINITY
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, h * z1 * z2 % P


def _multiply(point: Point, factor: int) -> Point:
    row = [INFINITY]
    for _ in range(15):
        row.append(_add(row[-1], point))
    result = INFINITY
    for shift in range(252, -4, -4):
        for _ in range(4):
            result = _double(result)
        result = _add(result, row[factor >> shift & 15])
    return result


@cache
def _base_rows() -> list[list[Point]]:
    """Return, for each of the 64 hexadecimal places of a factor, the sixteen multiples of G that place can add."""
    rows, step = [], (GX, GY, 1)
    for _ in range(64):
        row = [INFINITY]
        for _ in range(15):
            row.append(_add(row[-1], step))
        rows.append(row)
        step = _add(row[-1], step)
    return rows


def _multiply_base(factor: int) -> Point:
    result = INFINITY
    for place, row in enumerate(_base_rows()):
        result = _add(result, row[factor >> 4 * place & 15])
    return result


def _affine(point: Point) -> tuple[int, int]:
    x, y, z = point
    inverse = pow(z, -1, P)
    square = inverse * inverse % P
    return x * square % P, y * square * inverse % P
