using System.Text;

namespace ConservativeAD.Studies.Reports;

/// <summary>The style of all reports: for phones and wide screens, light and dark, and on paper.</summary>
internal static class ReportStyle
{
    /// <summary>The text of the style sheet.</summary>
    public static string Sheet { get; } = $$"""
        :root { color-scheme: light dark; --paper: #fff; --ink: #1f2328; --soft: #57606a; --rule: #d0d7de; --shade: #f6f8fa; --notice: #fff4ce;
          --edge: #b98500; {{Variables(ChartPalette.Light)}} }
        @media screen and (prefers-color-scheme: dark) {
          :root { --paper: #14171c; --ink: #e6e8eb; --soft: #a3adb8; --rule: #3a424c; --shade: #1d2229; --notice: #3a3014; --edge: #f0be3c;
            {{Variables(ChartPalette.Dark)}} }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: break-word; }
        main { max-width: 74rem; margin: 0 auto; padding: 1.25rem 1rem 3rem; }
        h1 { font-size: clamp(1.35rem, 1rem + 1.6vw, 2rem); line-height: 1.2; margin: 0 0 .75rem; }
        h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--rule); padding-bottom: .25rem; }
        h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
        p { max-width: 50rem; margin: .5rem 0; }
        nav ol { columns: 22rem; column-gap: 2.5rem; padding-left: 1.75rem; margin: .75rem 0; }
        a { color: var(--c0); }
        pre { background: var(--shade); border: 1px solid var(--rule); border-radius: 6px; padding: .6rem .8rem; margin: .5rem 0; overflow-x: auto;
          font-size: .85rem; max-width: 60rem; }
        .lead { color: var(--soft); }
        .notice { background: var(--notice); border-left: 4px solid var(--edge); padding: .5rem 1rem; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1rem; margin: 1rem 0; }
        figure { margin: 0; padding: .75rem; border: 1px solid var(--rule); border-radius: 6px; min-width: 0; max-width: 44rem; }
        figcaption { font-weight: 600; margin-bottom: .5rem; }
        figure svg { display: block; width: 100%; height: auto; overflow: visible; }
        figure img { max-width: 100%; height: auto; background: #fff; }
        svg text { font: 12.5px system-ui, sans-serif; fill: var(--ink); }
        svg .name { fill: var(--soft); }
        .grid { stroke: var(--rule); stroke-width: .7; }
        .axis, .tick { fill: none; stroke: var(--soft); stroke-width: 1; }
        .line { fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linejoin: round; }
        .thin { stroke-width: 1.1; }
        .dashed { stroke-dasharray: 6 4; }
        .interval { stroke: currentColor; stroke-width: 1.8; }
        .point, .column { fill: currentColor; stroke: none; }
        .column { fill-opacity: .75; }
        .open { fill: none; stroke: currentColor; stroke-width: 1.8; }
        .area { fill: currentColor; fill-opacity: .25; stroke: currentColor; stroke-width: 1.8; }
        .unseen { fill: transparent; }
        g:hover > .point, g:hover > .column { stroke: var(--ink); stroke-width: 1.5; }
        {{string.Join(' ', ChartPalette.Light.Select((_, i) => $".c{i} {{ color: var(--c{i}); }}"))}}
        .legend { list-style: none; margin: .5rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .15rem .9rem; font-size: .85rem; }
        .legend li { display: flex; align-items: center; gap: .35rem; min-width: 0; }
        figure svg.key { width: 22px; height: 14px; flex: none; }
        .table { overflow-x: auto; margin: .75rem 0; border: 1px solid var(--rule); border-radius: 6px; max-width: max-content; }
        .table:focus-visible { outline: 2px solid var(--c0); }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; font-weight: 600; padding: .4rem .6rem; }
        th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
        tbody tr:last-child td { border-bottom: 0; }
        th { background: var(--shade); white-space: nowrap; }
        .n { text-align: right; white-space: nowrap; }
        .s { white-space: nowrap; }
        .t { min-width: 11rem; }
        .w { min-width: 19rem; }
        .facts td:first-child { color: var(--soft); white-space: nowrap; }
        .facts td + td { overflow-wrap: anywhere; min-width: 9rem; }
        footer { color: var(--soft); font-size: .85rem; margin-top: 2rem; }
        @media print {
          @page { margin: 14mm; }
          body { font-size: 10.5pt; }
          main { max-width: none; padding: 0; }
          .charts { grid-template-columns: 1fr 1fr; }
          figure, tr, .notice { break-inside: avoid; }
          h2 { break-after: avoid; }
          .table { overflow: visible; max-width: none; }
          table { font-size: 8pt; }
          th, .s { white-space: normal; }
          .t, .w { min-width: 0; }
        }
        """;

    private static string Variables(IReadOnlyList<string> colors)
    {
        StringBuilder text = new();
        for (int i = 0; i < colors.Count; i++)
            text.Append("--c").Append(i).Append(": ").Append(colors[i]).Append("; ");
        return text.ToString().TrimEnd();
    }
}
