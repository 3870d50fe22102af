namespace ConservativeAD.Tests.Browser;

/// <summary>What is asked of a page in a browser.</summary>
internal static class PageScripts
{
    /// <summary>By how many pixels the page is wider than the window.</summary>
    public const string Overflow = "() => Math.max(0, document.documentElement.scrollWidth - innerWidth)";

    /// <summary>The texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, 1.4.3).</summary>
    public const string FaintTexts = """
        () => {
          const numbers = color => color.match(/[\d.]+/g).map(Number);
          const light = color => {
            const [r, g, b] = numbers(color).map(c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const behind = e => {
            for (; e; e = e.parentElement) {
              const color = getComputedStyle(e).backgroundColor, parts = numbers(color);
              if (parts.length === 3 || parts[3] === 1) return color;
            }
            return 'rgb(255, 255, 255)';
          };
          const faint = [];
          for (const e of document.querySelectorAll('body *')) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.checkVisibility() || e.closest('.unseen')) continue;
            const style = getComputedStyle(e), a = light(e instanceof SVGElement ? style.fill : style.color), b = light(behind(e));
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) faint.push(`${ratio.toFixed(2)}: ${e.textContent.trim().slice(0, 40)}`);
          }
          return faint;
        }
        """;
}
