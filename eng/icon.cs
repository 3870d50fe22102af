#:package SkiaSharp
#:package SkiaSharp.NativeAssets.Linux.NoDependencies
// Draws the packages' icon: |x|, and the fan of its subgradients at the kink.
//
//   dotnet run eng/icon.cs [FILE]      default: docs/images/icon.png, seen from the folder that the command runs in
using SkiaSharp;

const int Size = 128;
SKPoint kink = new(64, 92);

using SKBitmap bitmap = new(Size, Size);
using SKCanvas canvas = new(bitmap);
canvas.Clear(SKColors.Transparent);
using SKPaint ground = new() { Color = new SKColor(0x16, 0x2b, 0x4d), IsAntialias = true };
canvas.DrawRoundRect(0, 0, Size, Size, 24, 24, ground);

// Lines of slope s between −1 and 1 touch the graph from below.
using SKPaint fan = new() { Color = new SKColor(0xf2, 0xa5, 0x41), IsAntialias = true, StrokeWidth = 3, StrokeCap = SKStrokeCap.Round };
for (int i = -3; i <= 3; i++)
{
    float slope = i / 4f;
    float run = 50 / MathF.Sqrt(1 + (slope * slope));
    canvas.DrawLine(kink.X - run, kink.Y + (slope * run), kink.X + run, kink.Y - (slope * run), fan);
}

using SKPaint graph = new() { Color = SKColors.White, IsAntialias = true, StrokeWidth = 8, StrokeCap = SKStrokeCap.Round };
canvas.DrawLine(kink.X, kink.Y, kink.X - 48, kink.Y - 64, graph);
canvas.DrawLine(kink.X, kink.Y, kink.X + 48, kink.Y - 64, graph);
canvas.DrawCircle(kink, 9, graph);

using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
await File.WriteAllBytesAsync(args.Length > 0 ? args[0] : "docs/images/icon.png", png.ToArray());
