"""Write the difference of two numbers in words."""

from transform.text.message import message
from transform.text.numbers import percent


def net(before: int, after: int, language: str) -> str:
    """Write the difference in words: «90 de plus (+54 %)», "3 fewer (−2%)"."""
    if before == after:
        return message("text.net_same").text(language)
    number, share = abs(after - before), percent(before, after, language)
    share = f" ({share})" if share else ""
    if after < before:
        return message("text.net_fewer", number=number, share=share).text(language)
    return message("text.net_more", number=number, share=share).text(language)
