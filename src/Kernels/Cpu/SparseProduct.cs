using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>
/// The product of rows with many zeros and the transpose of finite weights, which leaves the zeros out. A product of 0 and a finite number changes no sum, and
/// all others are added in the order of <see cref="MatrixProduct"/>: chains over the same blocks of k, added in order. So the results have its bits, but that a
/// sum that is 0 may have the other sign.
/// </summary>
/// <typeparam name="U">float or double.</typeparam>
internal sealed unsafe class SparseProduct<U>
    where U : unmanaged, IBinaryFloatingPointIeee754<U>
{
    private readonly int k, outputs, panels, width;
    private readonly AlignedArray<U> weights, biases;
    private readonly AlignedArray<U>? chains;

    /// <summary>Makes room for weights.</summary>
    /// <param name="outputs">Rows of the weights, which are columns of the product.</param>
    /// <param name="k">Columns of the weights.</param>
    /// <param name="rows">The most rows that are multiplied by them.</param>
    public SparseProduct(int outputs, int k, int rows)
    {
        (this.outputs, this.k, width) = (outputs, k, SparsePanel.Columns<U>());
        panels = (outputs + width - 1) / width;
        (weights, biases) = (new AlignedArray<U>((long)panels * width * k), new AlignedArray<U>(panels * width));
        if (k > MatrixProduct.SumBlock<U>())
            chains = new AlignedArray<U>((long)rows * width);
    }

    /// <summary>The stride between rows of the product: full panels.</summary>
    public int Stride => panels * width;

    /// <summary>Takes weights, which are all finite, and a bias.</summary>
    /// <typeparam name="T">float, double or Half.</typeparam>
    /// <param name="matrix">Outputs × k.</param>
    /// <param name="bias">One number for each output.</param>
    public void Pack<T>(T* matrix, T* bias)
        where T : unmanaged
    {
        Widening.Load(bias, 1, biases.Pointer, outputs);

        // Columns that only fill a panel are neither 0 nor positive.
        biases.Span[outputs..].Fill(-U.One);
        for (int panel = 0; panel < panels; panel++)
            PanelPacking.Transpose(matrix + ((nint)panel * width * k), k, Math.Min(width, outputs - (panel * width)), width, k, PanelAt(panel));
    }

    /// <summary>Multiplies, and adds the bias.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="count">How many of them.</param>
    /// <param name="sums">The place for the product, with <see cref="Stride"/> between its rows, filled up with -1.</param>
    public void Run(SparseRows<U> rows, int count, U* sums)
    {
        for (int panel = 0; panel < panels; panel++)
        {
            for (int chunk = 0; chunk < rows.Chunks; chunk++)
            {
                int ofBlock = MatrixProduct.SumBlock<U>() / SparsePanel.Chunk;
                bool begins = chunk % ofBlock == 0, ends = (chunk + 1) % ofBlock == 0 || chunk == rows.Chunks - 1, isFirstBlock = chunk < ofBlock;
                U* place = sums + ((nint)panel * width);
                Part part = default;
                part.Count = count;
                part.Panel = PanelAt(panel);
                part.Chain = isFirstBlock ? place : chains!.Pointer;
                part.ChainStride = isFirstBlock ? Stride : width;
                part.Continues = !begins;
                part.Sums = ends && !isFirstBlock ? place : null;
                part.SumStride = Stride;
                part.Bias = chunk == rows.Chunks - 1 ? biases.Pointer + (panel * width) : null;
                if (typeof(U) == typeof(float))
                {
                    SparseRows<float> single = (SparseRows<float>)(object)rows;
                    if (Vector512.IsHardwareAccelerated)
                        Multiply<Vector512<float>, float, Single512>(single, chunk, part);
                    else if (Vector256.IsHardwareAccelerated)
                        Multiply<Vector256<float>, float, Single256>(single, chunk, part);
                    else
                        Multiply<Vector128<float>, float, Single128>(single, chunk, part);
                }
                else
                {
                    SparseRows<double> wide = (SparseRows<double>)(object)rows;
                    if (Vector512.IsHardwareAccelerated)
                        Multiply<Vector512<double>, double, Double512>(wide, chunk, part);
                    else if (Vector256.IsHardwareAccelerated)
                        Multiply<Vector256<double>, double, Double256>(wide, chunk, part);
                    else
                        Multiply<Vector128<double>, double, Double128>(wide, chunk, part);
                }
            }
        }
    }

    private U* PanelAt(int panel) => weights.Pointer + ((nint)panel * width * k);

    // Compiled with full optimisation from the start, because the first call may run for long.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<V, W, TUnit>(SparseRows<W> rows, int chunk, Part part)
        where V : struct
        where W : unmanaged, IBinaryFloatingPointIeee754<W>
        where TUnit : struct, IVectorUnit<V, W>
    {
        W* values = rows.Values, panel = (W*)part.Panel, chain = (W*)part.Chain, sums = (W*)part.Sums, bias = (W*)part.Bias;
        int* places = rows.Places;
        ReadOnlySpan<int> begins = rows.Begins(chunk), ends = rows.Ends(chunk);
        for (int row = 0; row < part.Count; row++, chain += part.ChainStride)
        {
            V s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
            if (part.Continues)
            {
                s0 = TUnit.Load(chain);
                s1 = TUnit.Load(chain + TUnit.Count);
                s2 = TUnit.Load(chain + (2 * TUnit.Count));
                s3 = TUnit.Load(chain + (3 * TUnit.Count));
                s4 = TUnit.Load(chain + (4 * TUnit.Count));
                s5 = TUnit.Load(chain + (5 * TUnit.Count));
                s6 = TUnit.Load(chain + (6 * TUnit.Count));
                s7 = TUnit.Load(chain + (7 * TUnit.Count));
            }

            nint end = ends[row];
            for (nint i = begins[row]; i < end; i++)
            {
                W* weights = panel + places[i];
                V value = TUnit.Broadcast(values + i);
                s0 = TUnit.MultiplyAdd(value, TUnit.Load(weights), s0);
                s1 = TUnit.MultiplyAdd(value, TUnit.Load(weights + TUnit.Count), s1);
                s2 = TUnit.MultiplyAdd(value, TUnit.Load(weights + (2 * TUnit.Count)), s2);
                s3 = TUnit.MultiplyAdd(value, TUnit.Load(weights + (3 * TUnit.Count)), s3);
                s4 = TUnit.MultiplyAdd(value, TUnit.Load(weights + (4 * TUnit.Count)), s4);
                s5 = TUnit.MultiplyAdd(value, TUnit.Load(weights + (5 * TUnit.Count)), s5);
                s6 = TUnit.MultiplyAdd(value, TUnit.Load(weights + (6 * TUnit.Count)), s6);
                s7 = TUnit.MultiplyAdd(value, TUnit.Load(weights + (7 * TUnit.Count)), s7);
            }

            W* to = chain;
            if (sums != null)
            {
                to = sums;
                s0 = TUnit.Add(TUnit.Load(to), s0);
                s1 = TUnit.Add(TUnit.Load(to + TUnit.Count), s1);
                s2 = TUnit.Add(TUnit.Load(to + (2 * TUnit.Count)), s2);
                s3 = TUnit.Add(TUnit.Load(to + (3 * TUnit.Count)), s3);
                s4 = TUnit.Add(TUnit.Load(to + (4 * TUnit.Count)), s4);
                s5 = TUnit.Add(TUnit.Load(to + (5 * TUnit.Count)), s5);
                s6 = TUnit.Add(TUnit.Load(to + (6 * TUnit.Count)), s6);
                s7 = TUnit.Add(TUnit.Load(to + (7 * TUnit.Count)), s7);
                sums += part.SumStride;
            }

            if (bias != null)
            {
                s0 = TUnit.Add(s0, TUnit.Load(bias));
                s1 = TUnit.Add(s1, TUnit.Load(bias + TUnit.Count));
                s2 = TUnit.Add(s2, TUnit.Load(bias + (2 * TUnit.Count)));
                s3 = TUnit.Add(s3, TUnit.Load(bias + (3 * TUnit.Count)));
                s4 = TUnit.Add(s4, TUnit.Load(bias + (4 * TUnit.Count)));
                s5 = TUnit.Add(s5, TUnit.Load(bias + (5 * TUnit.Count)));
                s6 = TUnit.Add(s6, TUnit.Load(bias + (6 * TUnit.Count)));
                s7 = TUnit.Add(s7, TUnit.Load(bias + (7 * TUnit.Count)));
            }

            TUnit.Store(s0, to);
            TUnit.Store(s1, to + TUnit.Count);
            TUnit.Store(s2, to + (2 * TUnit.Count));
            TUnit.Store(s3, to + (3 * TUnit.Count));
            TUnit.Store(s4, to + (4 * TUnit.Count));
            TUnit.Store(s5, to + (5 * TUnit.Count));
            TUnit.Store(s6, to + (6 * TUnit.Count));
            TUnit.Store(s7, to + (7 * TUnit.Count));
        }
    }

    // A chunk of k of some rows and one panel. Chains go on where they are; at the end of a block after the first they are added to the sums, and at the end
    // of all the bias is.
    private struct Part
    {
        public int Count;
        public void* Panel;
        public void* Chain;
        public nint ChainStride;
        public bool Continues;
        public void* Sums;
        public nint SumStride;
        public void* Bias;
    }
}
