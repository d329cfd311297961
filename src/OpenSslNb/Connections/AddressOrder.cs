using System.Net;

namespace OpenSslNb.Connections;

/// <summary>The order in which addresses are tried (RFC 8305 §4).</summary>
internal static class AddressOrder
{
    /// <summary>Alternates the families, beginning with that of the first address; within a family the resolver's order (RFC 6724) stays.</summary>
    public static IReadOnlyList<IPEndPoint> Interleave(IReadOnlyList<IPAddress> addresses, int port)
    {
        if (addresses.Count == 0) return [];
        var first = new Queue<IPAddress>(addresses.Where(a => a.AddressFamily == addresses[0].AddressFamily));
        var second = new Queue<IPAddress>(addresses.Where(a => a.AddressFamily != addresses[0].AddressFamily));
        var order = new List<IPEndPoint>(addresses.Count);
        while (first.Count + second.Count > 0)
        {
            if (first.TryDequeue(out IPAddress? one)) order.Add(new IPEndPoint(one, port));
            if (second.TryDequeue(out IPAddress? other)) order.Add(new IPEndPoint(other, port));
        }

        return order;
    }
}
