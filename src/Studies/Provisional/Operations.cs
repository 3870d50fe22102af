using System.Numerics;
using ConservativeAD.Kernels;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Studies;

internal struct SlowLinear<T> : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static OperationFacts Facts { get; } = new("linear", TameClass.Polynomial);

    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0), w = recording.Input(1), b = recording.Input(2);
        int n = x.Shape[0], k = x.Shape[1], m = w.Shape[0];
        NDArray<T> y = recording.Rent(Shape.Of(n, m));
        T[] hx = x.ToArray(), hw = w.ToArray(), hb = b.ToArray(), hy = new T[n * m];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
            {
                float s = 0;
                for (int l = 0; l < k; l++)
                    s += float.CreateTruncating(hx[i * k + l]) * float.CreateTruncating(hw[j * k + l]);
                hy[i * m + j] = T.CreateTruncating(s + float.CreateTruncating(hb[j]));
            }
        y.CopyFrom(hy);
        return y;
    }

    public void Pullback(in PullbackContext<T> context)
    {
        NDArray<T> x = context.Input(0), w = context.Input(1);
        int n = x.Shape[0], k = x.Shape[1], m = w.Shape[0];
        T[] hx = x.ToArray(), hw = w.ToArray(), hy = context.Cotangent.ToArray();
        if (context.Needs(0))
        {
            T[] dx = new T[n * k];
            for (int i = 0; i < n; i++)
                for (int j = 0; j < m; j++)
                    for (int l = 0; l < k; l++)
                        dx[i * k + l] += hy[i * m + j] * hw[j * k + l];
            context.InputCotangent(0, out _).CopyFrom(dx);
        }
        T[] dw = new T[m * k], db = new T[m];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
            {
                db[j] += hy[i * m + j];
                for (int l = 0; l < k; l++)
                    dw[j * k + l] += hy[i * m + j] * hx[i * k + l];
            }
        context.InputCotangent(1, out _).CopyFrom(dw);
        context.InputCotangent(2, out _).CopyFrom(db);
    }

    public void Tangent(in TangentContext<T> context) => throw new NotSupportedException();

    public NDArray<T> Kinks(in KinkContext<T> context) => default;
}

internal struct SlowCrossEntropy<T>(NDArray<int> labels) : IRule<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static OperationFacts Facts { get; } = new("cross entropy", TameClass.LogExp);

    public NDArray<T> Value(in Recording<T> recording)
    {
        NDArray<T> x = recording.Input(0);
        T[] h = x.ToArray();
        int[] l = labels.ToArray();
        int n = x.Shape[0], c = x.Shape[1];
        double loss = 0;
        for (int i = 0; i < n; i++)
        {
            double s = 0;
            for (int j = 0; j < c; j++)
                s += Math.Exp(double.CreateTruncating(h[i * c + j]));
            loss += Math.Log(s) - double.CreateTruncating(h[i * c + l[i]]);
        }
        NDArray<T> y = recording.Rent(Shape.Scalar);
        y.CopyFrom([T.CreateTruncating(loss / n)]);
        return y;
    }

    public void Pullback(in PullbackContext<T> context)
    {
        NDArray<T> x = context.Input(0);
        T[] h = x.ToArray(), d = new T[h.Length];
        int[] l = labels.ToArray();
        int n = x.Shape[0], c = x.Shape[1];
        for (int i = 0; i < n; i++)
        {
            double s = 0;
            for (int j = 0; j < c; j++)
                s += Math.Exp(double.CreateTruncating(h[i * c + j]));
            for (int j = 0; j < c; j++)
                d[i * c + j] = T.CreateTruncating((Math.Exp(double.CreateTruncating(h[i * c + j])) / s - (j == l[i] ? 1 : 0)) / n);
        }
        context.InputCotangent(0, out _).CopyFrom(d);
    }

    public void Tangent(in TangentContext<T> context) => throw new NotSupportedException();

    public NDArray<T> Kinks(in KinkContext<T> context) => default;
}

internal static class SlowOperations
{
    public static Var<T> Linear<T>(this Var<T> x, Var<T> w, Var<T> b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Tape.Record(new SlowLinear<T>(), x, w, b);

    public static Var<T> CrossEntropy<T>(this Var<T> x, NDArray<int> labels)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => x.Apply(new SlowCrossEntropy<T>(labels));
}
