using System.Net;
using System.Net.Sockets;

namespace ConservativeAD.Explorer.Tests.Browser;

/// <summary>Serves files of some folders on a port of this machine, as any static host would. The first folder that has a file serves it.</summary>
internal sealed class StaticSite : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly string[] folders;

    public StaticSite(params string[] folders)
    {
        this.folders = [.. folders.Select(folder => Path.GetFullPath(folder) + Path.DirectorySeparatorChar)];
        Address = $"http://127.0.0.1:{FreePort()}/";
        listener.Prefixes.Add(Address);
        listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    public void Dispose() => listener.Close();

    private static int FreePort()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    private static string MediaType(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" or ".mjs" => "text/javascript",
        ".css" => "text/css",
        ".json" => "application/json",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".wasm" => "application/wasm",
        _ => "application/octet-stream",
    };

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            string path = Uri.UnescapeDataString(context.Request.Url!.AbsolutePath).TrimStart('/');
            if (path.Length == 0 || path.EndsWith('/'))
                path += "index.html";
            string? file = folders.Select(folder => Path.GetFullPath(Path.Combine(folder, path)))
                .Where((full, i) => full.StartsWith(folders[i], StringComparison.Ordinal)).FirstOrDefault(File.Exists);
            if (file is null)
                context.Response.StatusCode = (int)HttpStatusCode.NotFound;
            else
            {
                context.Response.ContentType = MediaType(file);
                await using FileStream content = File.OpenRead(file);
                context.Response.ContentLength64 = content.Length;
                await content.CopyToAsync(context.Response.OutputStream);
            }

            context.Response.Close();
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The browser left.
        }
    }
}
