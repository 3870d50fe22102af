using System.Numerics;
using System.Runtime.CompilerServices;
using ConservativeAD.Kernels.Elementwise;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Runs an optimiser's update over parameters, gradients and states in one pass, with a padded vector for the last few elements.</summary>
internal static unsafe class UpdateLoop
{
    private const int PartLength = 1 << 16;

    public static void Run<T, TUpdate>(WorkerPool pool, TUpdate update, T* parameter, T* gradient, T* first, T* second, T* third, T* fourth, int count)
        where T : unmanaged
        where TUpdate : struct, IUpdate =>
        pool.For((int)(((long)count + PartLength - 1) / PartLength), new Body<T, TUpdate>(update, parameter, gradient, first, second, third, fourth, count));

    private readonly struct Body<T, TUpdate>(TUpdate update, T* parameter, T* gradient, T* first, T* second, T* third, T* fourth, int count) : IParallelBody
        where T : unmanaged
        where TUpdate : struct, IUpdate
    {
        public void Run(int part)
        {
            nint start = (nint)part * PartLength;
            int length = (int)Math.Min(PartLength, count - start);
            if (typeof(T) == typeof(float))
                Whole<float>(start, length);
            else if (typeof(T) == typeof(double))
                Whole<double>(start, length);
            else
                Staged(start, length);
        }

        private void Whole<U>(nint start, int length)
            where U : unmanaged, IBinaryFloatingPointIeee754<U> => Direct(
                (U*)parameter + start,
                (U*)gradient + start,
                first == null ? null : (U*)first + start,
                second == null ? null : (U*)second + start,
                third == null ? null : (U*)third + start,
                fourth == null ? null : (U*)fourth + start,
                length);

        [SkipLocalsInit]
        private void Staged(nint start, int length)
        {
            float* buffer = stackalloc float[6 * Widening.ChunkLength];
            float* p = buffer, g = p + Widening.ChunkLength, a = g + Widening.ChunkLength, b = a + Widening.ChunkLength, c = b + Widening.ChunkLength,
                d = c + Widening.ChunkLength;
            for (int i = 0; i < length; i += Widening.ChunkLength)
            {
                int n = Math.Min(Widening.ChunkLength, length - i);
                nint at = start + i;
                Widening.Load(parameter + at, 1, p, n);
                Widening.Load(gradient + at, 1, g, n);
                if (TUpdate.States > 0)
                    Widening.Load(first + at, 1, a, n);
                if (TUpdate.States > 1)
                    Widening.Load(second + at, 1, b, n);
                if (TUpdate.States > 2)
                    Widening.Load(third + at, 1, c, n);
                if (TUpdate.States > 3)
                    Widening.Load(fourth + at, 1, d, n);
                Direct(p, g, a, b, c, d, n);
                Widening.Store(p, parameter + at, 1, n);
                if (TUpdate.States > 0)
                    Widening.Store(a, first + at, 1, n);
                if (TUpdate.States > 1)
                    Widening.Store(b, second + at, 1, n);
                if (TUpdate.States > 2)
                    Widening.Store(c, third + at, 1, n);
                if (TUpdate.States > 3)
                    Widening.Store(d, fourth + at, 1, n);
            }
        }

        private void Direct<U>(U* p, U* g, U* a, U* b, U* c, U* d, int length)
            where U : unmanaged, IBinaryFloatingPointIeee754<U>
        {
            int i = length / Vector<U>.Count * Vector<U>.Count;
            if (i > 0)
                Vectors(update, p, g, a, b, c, d, i);
            p += i;
            g += i;
            a += i;
            b += i;
            c += i;
            d += i;
            int rest = length - i;
            if (rest == 0)
                return;
            VectorLane<U> xr = new(Partial(p, rest));
            VectorLane<U> sr = TUpdate.States > 0 ? new(Partial(a, rest)) : default;
            VectorLane<U> tr = TUpdate.States > 1 ? new(Partial(b, rest)) : default;
            VectorLane<U> ur = TUpdate.States > 2 ? new(Partial(c, rest)) : default;
            VectorLane<U> vr = TUpdate.States > 3 ? new(Partial(d, rest)) : default;
            update.Invoke(ref xr, new VectorLane<U>(Partial(g, rest)), ref sr, ref tr, ref ur, ref vr);
            Keep(xr.Value, p, rest);
            if (TUpdate.States > 0)
                Keep(sr.Value, a, rest);
            if (TUpdate.States > 1)
                Keep(tr.Value, b, rest);
            if (TUpdate.States > 2)
                Keep(ur.Value, c, rest);
            if (TUpdate.States > 3)
                Keep(vr.Value, d, rest);
        }

        // A method without calls, so that constants stay in registers.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Vectors<U>(TUpdate update, U* p, U* g, U* a, U* b, U* c, U* d, int length)
            where U : unmanaged, IBinaryFloatingPointIeee754<U>
        {
            for (int i = 0; i < length; i += Vector<U>.Count)
            {
                VectorLane<U> x = new(Vector.Load(p + i));
                VectorLane<U> s = TUpdate.States > 0 ? new(Vector.Load(a + i)) : default;
                VectorLane<U> t = TUpdate.States > 1 ? new(Vector.Load(b + i)) : default;
                VectorLane<U> u = TUpdate.States > 2 ? new(Vector.Load(c + i)) : default;
                VectorLane<U> v = TUpdate.States > 3 ? new(Vector.Load(d + i)) : default;
                update.Invoke(ref x, new VectorLane<U>(Vector.Load(g + i)), ref s, ref t, ref u, ref v);
                Vector.Store(x.Value, p + i);
                if (TUpdate.States > 0)
                    Vector.Store(s.Value, a + i);
                if (TUpdate.States > 1)
                    Vector.Store(t.Value, b + i);
                if (TUpdate.States > 2)
                    Vector.Store(u.Value, c + i);
                if (TUpdate.States > 3)
                    Vector.Store(v.Value, d + i);
            }
        }

        private static Vector<U> Partial<U>(U* from, int count)
            where U : unmanaged
        {
            Vector<U> result = default;
            Unsafe.CopyBlockUnaligned(&result, from, (uint)(count * sizeof(U)));
            return result;
        }

        private static void Keep<U>(Vector<U> value, U* to, int count)
            where U : unmanaged => Unsafe.CopyBlockUnaligned(to, &value, (uint)(count * sizeof(U)));
    }
}
