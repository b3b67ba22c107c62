"""Texts that would act where they are shown, if they were let: what an article may bring into an alert."""

from __future__ import annotations

BAD = "https://bad.example/x"

_MENTIONS = [
    "<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<@U012AB3CD>", "<@U012AB3CD|ada>", "<#C024BE7LR>",
    "<#C024BE7LR|general>", "<!subteam^SAZ94GDB8>", "<!date^1392734382^Posted {date_num}|now>", "@everyone", "@here",
    "@channel", "<@&165511591545143296>", "<@!80351110224678912>", "<:emoji:41771983429993937>", "</cmd:8035111>",
    "&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "&#60;!channel&#62;", "&#x3c;!here&#x3e;", "<\u200b!channel>",
    "<!channel\u202e>", "<!CHANNEL>", "<!channel", "!channel>", "<<!channel>>", "<!channel><!here>",
]  # fmt: skip
_LINKS = [
    BAD, "http://bad.example", "HTTPS://BAD.EXAMPLE", "www.bad.example", "WWW.bad.example/x", "ftp://bad.example",
    f"<{BAD}>", f"<{BAD}|your bank>", f"[your bank]({BAD})", f"[your bank][1]\n\n[1]: {BAD}", f"![x]({BAD})",
    f"<a href='{BAD}'>bank</a>", f'<a href="{BAD}">bank</a>', f"<img src={BAD} onerror=alert(1)>",
    "javascript:alert(1)", "data:text/html;base64,PHNjcmlwdD4=", "slack://user?team=T1&id=U1",
    "mailto:ada@bad.example", "ada@bad.example",
    "<mailto:ada@bad.example|write>", "tel:+441632960000", "//bad.example/x", "https:\u2028//bad.example",
    "https://ada:pw@bad.example", "https://bad.example/\u202egpj.exe", "xn--e1afmkfd.example", "file:///etc/hosts",
]  # fmt: skip
_MARKUP = [
    "*bold*", "_italic_", "~strike~", "`code`", "```block```", "**bold**", "__under__", "~~strike~~", "||spoiler||",
    "## heading", "-# small",
    "# heading", "> quote", ">>> quote", "- item", "1. item", "***", "---", "| a | b |\n|---|---|", "<b>bold</b>",
    "<i>i</i>", "<u>u</u>", "<br>", "<script>alert(1)</script>", "<style>*{display:none}</style>", "<!--", "-->",
    "<![CDATA[x]]>", "<svg onload=alert(1)>", "<iframe src=//bad.example>", "<details open ontoggle=alert(1)>",
    "{{ .Labels.alertname }}", "{{7*7}}", "${7*7}", "<%= 7 %>", "#{7}", "%s%n%x", "{0.__class__}", "[bold red]x[/]",
    "[link=https://bad.example]x[/link]", "[@click=app.bell]x[/]", ":smile:", ":red_circle::red_circle:", "\\*x\\*",
    "&nbsp;&copy;", "&#0;", "&#xD800;", "<http://bad.example/?a=1&b=2|x>",
]  # fmt: skip
_TERMINAL = [
    "\x1b[31mred\x1b[0m", "\x1b[2J", "\x1b[H", "\x1b[1A", "\x1b[?25l", "\x1b[?1049h", "\x1b]0;title\x07",
    "\x1b]2;title\x1b\\", f"\x1b]8;;{BAD}\x1b\\click\x1b]8;;\x1b\\", "\x1b]52;c;cm0gLXJm\x07", "\x1bPq\x1b\\", "\x1bc",
    "\x1b(0", "\x1b#8", "\x1b[6n", "\x1b[c", "\x1b]4;1;rgb:ff/00/00\x07", "\x1b]1337;File=:AAAA\x07", "\x9b31mred",
    "\x9d0;title\x9c", "\x90q\x9c", "\x9f\x9c", "\x85next", "\x84", "\x0eshift\x0f", "back\x08\x08\x08", "bell\x07",
    "null\x00byte", "form\x0cfeed", "tab\tbed", "vertical\x0btab", "del\x7f\x7f", "cr\rover", "lf\nline", "\x1b",
    "\x1b[38;5;196mx", "\x1b[9999;9999H", "\x1b]10;?\x07", "\x1b_G\x1b\\", "\x1b^x\x1b\\", "\x18\x1a", "\x1bN\x1bO",
]  # fmt: skip
_BIDI = [
    "\u202egnp.exe", "\u202dabc", "\u202aabc\u202c", "\u202babc\u202c", "\u2066iso\u2069", "\u2067iso\u2069",
    "\u2068iso\u2069", "\u200e\u200f\u061c", "a\u202e\u2066b\u2069\u2066c", "\u202e" * 50, "\u206a\u206b\u206c",
    "\u206d\u206e\u206f", "zero\u200bwidth", "\ufeffbom", "soft\xadhyphen", "word\u2060joiner", "\u2061\u2062\u2063",
    "tag\U000e0041\U000e007f", "\U000e0001\U000e0065\U000e006e", "\ufff9anno\ufffatation\ufffb", "\u180emongolian",
    "line\u2028sep", "para\u2029sep", "lone\ud800", "\udc00lone", "\ud83d", "\udfff\ud800", "\U0001d173\U0001d17a",
]  # fmt: skip
_HEADERS = [
    "x\r\nBcc: all@bad.example", "x\nBcc: all@bad.example", "x\rBcc: all@bad.example", "x\r\n\r\nbody", "x\n\nbody",
    "x\r\nContent-Type: text/html\r\n\r\n<b>", "x\r\n.\r\nMAIL FROM:<a@bad.example>", "\r\n.\r\n", ".", "..", ".\n",
    "=?utf-8?q?=3Cb=3E?=", "=?utf-8?b?PGI+?=", "x\u2028Bcc: all@bad.example", "x\x0bBcc: y", "x\x85Bcc: y",
    "HTTP/1.1 200 OK\r\nSet-Cookie: a=b", '","a":"b', "'\"\\", "\\u0000", "\\", '"}]}', "\x00\r\n", "]]>", "%0d%0aBcc:",
    "Subject: x", "From: x <y@bad.example>", "--boundary", "--", "-- ", "\r\n-- \r\nsignature", "begin 644 x",
]  # fmt: skip

PAYLOADS = [*_MENTIONS, *_LINKS, *_MARKUP, *_TERMINAL, *_BIDI, *_HEADERS]
