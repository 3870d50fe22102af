using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ConservativeAD.Scalars;

/// <content>The function for many examples, as many at a time as a vector has elements.</content>
public sealed unsafe partial class CompiledFunction
{
    // Packed inputs and results of a part take about this many numbers, so that they stay in the first cache.
    private const int NumbersOfPart = 2048;

    /// <summary>The values at many points.</summary>
    /// <remarks>
    /// Functions such as the exponential are computed by the formulas of arrays, which may differ from those of single numbers by rounding; a result does not
    /// depend on the other examples or on the place of its own.
    /// </remarks>
    /// <param name="examples">The points, one after the other.</param>
    /// <param name="values">The destination, with an element for each point.</param>
    /// <exception cref="ArgumentException">The numbers of elements do not fit, or the two overlap.</exception>
    public void Map(ReadOnlySpan<double> examples, Span<double> values) => OfRows(examples, values, default);

    /// <summary>The values and gradients at many points.</summary>
    /// <inheritdoc cref="Map(ReadOnlySpan{double}, Span{double})" path="/remarks"/>
    /// <param name="examples">The points, one after the other.</param>
    /// <param name="values">The destination of the values, with an element for each point.</param>
    /// <param name="gradients">The destination of the gradients, one after the other.</param>
    /// <exception cref="ArgumentException">The numbers of elements do not fit, or two of the three overlap.</exception>
    public void Map(ReadOnlySpan<double> examples, Span<double> values, Span<double> gradients)
    {
        if (gradients.Length != examples.Length)
            throw new ArgumentException($"{examples.Length} inputs were given; the destination of their gradients has {gradients.Length} elements.",
                nameof(gradients));
        OfRows(examples, values, gradients);
    }

    /// <summary>
    /// The values for many examples whose inputs stand anywhere in an array, overlapping ones too: columns, shared numbers, a stencil's cells.
    /// </summary>
    /// <inheritdoc cref="Map(ReadOnlySpan{double}, Span{double})" path="/remarks"/>
    /// <param name="data">The array.</param>
    /// <param name="inputs">Where each input stands in it.</param>
    /// <param name="values">The destination, with an element for each example.</param>
    /// <exception cref="ArgumentException">The number of inputs is not the function's, an input is not within the data, or the values overlap the
    /// data.</exception>
    public void MapColumns(ReadOnlySpan<double> data, ReadOnlySpan<InputColumn> inputs, Span<double> values)
    {
        CheckColumns(data, inputs, values.Length);
        CheckApart(data, values, nameof(values));
        Compute(data, inputs, values.Length, values, default, default, default);
    }

    /// <summary>
    /// The reverse pass of <see cref="MapColumns"/>: adds the gradient of Σ cᵢ·f(example i) with respect
    /// to the data. An example whose cotangent is 0 contributes nothing. What examples share is summed in an order that depends on the processor's vectors.
    /// </summary>
    /// <inheritdoc cref="Map(ReadOnlySpan{double}, Span{double})" path="/remarks"/>
    /// <param name="data">The array.</param>
    /// <param name="inputs">Where each input stands in it.</param>
    /// <param name="cotangents">c, with an element for each example.</param>
    /// <param name="values">The destination of the values; empty if they are not wanted.</param>
    /// <param name="gradient">The numbers that the gradient is added to, in the places of the data.</param>
    /// <exception cref="ArgumentException">The number of inputs is not the function's, an input is not within the data, a destination has another length, or
    /// overlaps what is read.</exception>
    public void PullColumns(ReadOnlySpan<double> data, ReadOnlySpan<InputColumn> inputs, ReadOnlySpan<double> cotangents, Span<double> values,
        Span<double> gradient)
    {
        CheckColumns(data, inputs, cotangents.Length);
        if (values.Length > 0 && values.Length != cotangents.Length)
            throw new ArgumentException($"{cotangents.Length} cotangents were given; the destination of the values has {values.Length} elements.",
                nameof(values));
        if (gradient.Length != data.Length)
            throw new ArgumentException($"{data.Length} numbers were given; the destination of their gradient has {gradient.Length} elements.",
                nameof(gradient));
        CheckApart(data, gradient, nameof(gradient));
        CheckApart(cotangents, gradient, nameof(gradient));
        CheckApart(data, values, nameof(values));
        CheckApart(cotangents, values, nameof(values));
        CheckApart(values, gradient, nameof(gradient));
        Compute(data, inputs, cotangents.Length, values, default, cotangents, gradient);
    }

    private void OfRows(ReadOnlySpan<double> examples, Span<double> values, Span<double> gradients)
    {
        if (examples.Length != (long)values.Length * Inputs)
            throw new ArgumentException($"{examples.Length} inputs were given for {values.Length} values of a function of {Inputs} inputs.", nameof(examples));
        CheckApart(examples, values, nameof(values));
        CheckApart(examples, gradients, nameof(gradients));
        CheckApart(values, gradients, nameof(gradients));
        InputColumn[] columns = ArrayPool<InputColumn>.Shared.Rent(Inputs);
        for (int i = 0; i < Inputs; i++)
            columns[i] = new InputColumn(i, Inputs);
        Compute(examples, columns.AsSpan(0, Inputs), values.Length, values, gradients, default, default);
        ArrayPool<InputColumn>.Shared.Return(columns);
    }

    private void CheckColumns(ReadOnlySpan<double> data, ReadOnlySpan<InputColumn> inputs, int count)
    {
        if (inputs.Length != Inputs)
            throw new ArgumentException($"The function has {Inputs} inputs; the places of {inputs.Length} were given.", nameof(inputs));
        for (int i = 0; i < inputs.Length && count > 0; i++)
        {
            (int start, int stride) = inputs[i];
            if (start < 0 || stride < 0 || start + ((long)stride * (count - 1)) >= data.Length)
                throw new ArgumentException(
                    $"Input {i} of {count} examples, from {start} with stride {stride}, is not within the {data.Length} numbers of the data.", nameof(inputs));
        }
    }

    private static void CheckApart(ReadOnlySpan<double> read, ReadOnlySpan<double> written, string name)
    {
        if (read.Overlaps(written))
            throw new ArgumentException("A destination overlaps numbers that are still read, or another destination.", name);
    }

    private void Compute(ReadOnlySpan<double> data, ReadOnlySpan<InputColumn> columns, int count, Span<double> values, Span<double> gradients,
        ReadOnlySpan<double> cotangents, Span<double> sum)
    {
        if (count == 0)
            return;
        int width = Vector<double>.Count, rows = gradients.Length > 0 || cotangents.Length > 0 ? Inputs + 1 : 1;
        int blocks = Math.Clamp(NumbersOfPart / ((Inputs + rows + 2) * width), 1, ((count - 1) / width) + 1);
        double[] memory = ArrayPool<double>.Shared.Rent(((blocks * (Inputs + rows + 2)) + Inputs + (2 * rows) + 2) * width);
        Span<double> free = memory;
        Examples part = new()
        {
            Function = this,
            Data = data,
            Columns = columns,
            Count = count,
            Rows = rows,
            Points = Taken(ref free, blocks * Inputs * width),
            Results = Taken(ref free, blocks * (rows + 2) * width),
            OfOneBlock = Taken(ref free, (rows + 2) * width),
            OnePoint = Taken(ref free, Inputs * width),
            Values = values,
            Gradients = gradients,
            Cotangents = cotangents,
            Sum = sum,
            Shared = Taken(ref free, rows * width),
        };
        part.Shared.Clear();
        for (int first = 0; first < count; first += blocks * width)
            part.Compute(first, Math.Min(blocks * width, count - first));
        part.AddShared();
        ArrayPool<double>.Shared.Return(memory);
    }

    private static Span<double> Taken(ref Span<double> free, int count)
    {
        Span<double> taken = free[..count];
        free = free[count..];
        return taken;
    }

    // The function for many examples, part by part.
    private ref struct Examples
    {
        public required CompiledFunction Function;
        public required ReadOnlySpan<double> Data;
        public required ReadOnlySpan<InputColumn> Columns;
        public required int Count;

        // The value and the elements of the gradient that are computed.
        public required int Rows;
        public required Span<double> Points;
        public required Span<double> Results;
        public required Span<double> OfOneBlock;
        public required Span<double> OnePoint;
        public required Span<double> Values;
        public required Span<double> Gradients;
        public required ReadOnlySpan<double> Cotangents;
        public required Span<double> Sum;
        public required Span<double> Shared;

        private static int Width => Vector<double>.Count;

        public void Compute(int first, int count)
        {
            int blocks = ((count - 1) / Width) + 1;
            Pack(first, count, blocks);
            if (Function.paths.Length == 0 && !Function.TryAddPath([], Point(0, 0)))
            {
                for (int i = 0; i < count; i++)
                    Interpret(i / Width, i % Width);
            }
            else
            {
                Call(Function.paths[0], Points, Results, blocks);
                if (!AllStand(blocks))
                {
                    for (int block = 0; block < blocks; block++)
                        Repair(block, Results.Slice(block * (Rows + 2) * Width, (Rows + 2) * Width), Math.Min(Width, count - (block * Width)));
                }
            }

            Write(first, count);
        }

        public readonly void AddShared()
        {
            if (Cotangents.Length == 0)
                return;
            for (int i = 0; i < Columns.Length; i++)
            {
                if (Columns[i].Stride != 0)
                    continue;
                double sum = 0;
                for (int lane = 0; lane < Width; lane++)
                    sum += Shared[(i * Width) + lane];
                Sum[Columns[i].Start] += sum;
            }
        }

        private readonly void Call(CompiledPath path, ReadOnlySpan<double> points, Span<double> results, int blocks)
        {
            fixed (double* from = points, to = results)
                (Rows == 1 ? path.Values : path.Gradients)(from, to, blocks);
        }

        // Whether all examples of the part go the way that was computed, with finite numbers.
        private readonly bool AllStand(int blocks)
        {
            ref long masks = ref Unsafe.As<double, long>(ref MemoryMarshal.GetReference(Results));
            Vector<long> all = Vector<long>.AllBitsSet;
            for (int block = 0; block < blocks; block++)
            {
                nuint place = (nuint)(((block * (Rows + 2)) + Rows) * Width);
                all &= Vector.LoadUnsafe(ref masks, place) & Vector.LoadUnsafe(ref masks, place + (nuint)Width);
            }

            return Vector.EqualsAll(all, Vector<long>.AllBitsSet);
        }

        // Behind the last example stands the last one again.
        private readonly void Pack(int first, int count, int blocks)
        {
            ref double to = ref MemoryMarshal.GetReference(Points);
            for (int i = 0; i < Columns.Length; i++)
            {
                (int start, int stride) = Columns[i];
                int whole = stride == 0 ? blocks : stride == 1 ? count / Width : 0;
                if (stride == 0)
                {
                    Vector<double> shared = Vector.Create(Data[start]);
                    for (int block = 0; block < whole; block++)
                        shared.StoreUnsafe(ref to, (nuint)(((block * Columns.Length) + i) * Width));
                }
                else if (whole > 0)
                {
                    ref double from = ref MemoryMarshal.GetReference(Data.Slice(start + first, whole * Width));
                    for (int block = 0; block < whole; block++)
                        Vector.LoadUnsafe(ref from, (nuint)(block * Width)).StoreUnsafe(ref to, (nuint)(((block * Columns.Length) + i) * Width));
                }

                for (int block = whole; block < blocks; block++)
                {
                    Span<double> ofBlock = Points.Slice(((block * Columns.Length) + i) * Width, Width);
                    for (int lane = 0; lane < Width; lane++)
                        ofBlock[lane] = Data[start + (stride * (first + Math.Min((block * Width) + lane, count - 1)))];
                }
            }
        }

        private readonly Span<double> Point(int block, int lane)
        {
            Span<double> point = OnePoint[..Columns.Length];
            for (int i = 0; i < point.Length; i++)
                point[i] = Points[(((block * Columns.Length) + i) * Width) + lane];
            return point;
        }

        private readonly void Interpret(int block, int lane)
        {
            Span<double> point = Point(block, lane);
            Span<double> gradient = Rows == 1 ? default : OnePoint.Slice(Columns.Length, Columns.Length);
            Span<double> results = Results.Slice(block * (Rows + 2) * Width, (Rows + 2) * Width);
            results[lane] = Function.runs.Run(point, gradient);
            for (int i = 0; i < gradient.Length; i++)
                results[((i + 1) * Width) + lane] = gradient[i];
        }

        // Examples that go another way through the program are computed on that one, and those with numbers that are not finite by the tape.
        private readonly void Repair(int block, Span<double> results, int live)
        {
            Vector<long> done = Mask(results, Rows), finite = Mask(results, Rows + 1) & done;
            ReadOnlySpan<double> points = Points.Slice(block * Columns.Length * Width, Columns.Length * Width);
            int traces = 0;
            for (int path = 1; !Vector.EqualsAll(done, Vector<long>.AllBitsSet); path++)
            {
                CompiledPath[] known = Function.paths;
                if (path < known.Length)
                {
                    Call(known[path], points, OfOneBlock, 1);
                }
                else
                {
                    int lane = 0;
                    while (done[lane] != 0)
                        lane++;
                    if (traces++ > Width * (MaximumPaths + 1) || !TryTrace(block, lane, points))
                    {
                        done = done.WithElement(lane, -1);
                        path--;
                        continue;
                    }

                    // Added ways are run; one that finds no room is evaluated.
                    if (path < Function.paths.Length)
                    {
                        path--;
                        continue;
                    }

                    path--;
                }

                Vector<long> take = Vector.AndNot(Mask(OfOneBlock, Rows), done);
                for (int row = 0; row < Rows; row++)
                    Vector.ConditionalSelect(Vector.AsVectorDouble(take), Row(OfOneBlock, row), Row(results, row)).CopyTo(results[(row * Width)..]);
                finite |= take & Mask(OfOneBlock, Rows + 1);
                done |= take;
            }

            for (int lane = 0; lane < live; lane++)
            {
                if (finite[lane] == 0)
                    Interpret(block, lane);
            }
        }

        // Notes the way of an example that no compiled way fits; false if it cannot be told by instructions.
        private readonly bool TryTrace(int block, int lane, ReadOnlySpan<double> points)
        {
            CompiledPath[] known = Function.paths;
            if (Function.Trace(Point(block, lane), true) is not { } traced)
                return false;
            if (!Function.TryAddPath(known, traced))
                TracedEvaluation.Run(traced, points, OfOneBlock, Rows > 1);
            return true;
        }

        private readonly void Write(int first, int count)
        {
            int ofBlock = (Rows + 2) * Width;
            for (int done = 0; done < count && Values.Length > 0; done += Width)
                Results.Slice(done / Width * ofBlock, Math.Min(Width, count - done)).CopyTo(Values[(first + done)..]);
            for (int i = 0; i < Columns.Length && Cotangents.Length > 0; i++)
                Add(i, first, count);
            for (int i = 0; i < count && Gradients.Length > 0; i++)
            {
                Span<double> gradient = Gradients.Slice((first + i) * Columns.Length, Columns.Length);
                for (int k = 0; k < gradient.Length; k++)
                    gradient[k] = Results[(i / Width * ofBlock) + ((k + 1) * Width) + (i % Width)];
            }
        }

        // Adds the cotangents of an input, those of whole blocks in vectors.
        private readonly void Add(int input, int first, int count)
        {
            (int start, int stride) = Columns[input];
            int ofBlock = (Rows + 2) * Width, whole = stride < 2 ? count / Width : 0;
            ref double results = ref MemoryMarshal.GetReference(Results), cotangents = ref MemoryMarshal.GetReference(Cotangents.Slice(first, count));
            if (stride == 0)
            {
                Span<double> shared = Shared.Slice(input * Width, Width);
                Vector<double> sum = new(shared);
                for (int block = 0; block < whole; block++)
                    sum += Share(ref cotangents, block, ref results, (block * ofBlock) + ((input + 1) * Width));
                sum.CopyTo(shared);
            }
            else if (whole > 0)
            {
                ref double to = ref MemoryMarshal.GetReference(Sum.Slice(start + first, whole * Width));
                for (int block = 0; block < whole; block++)
                {
                    Vector<double> before = Vector.LoadUnsafe(ref to, (nuint)(block * Width));
                    (before + Share(ref cotangents, block, ref results, (block * ofBlock) + ((input + 1) * Width))).StoreUnsafe(ref to, (nuint)(block * Width));
                }
            }

            for (int i = whole * Width; i < count; i++)
            {
                double cotangent = Cotangents[first + i];
                double share = cotangent == 0 ? 0 : cotangent * Results[(i / Width * ofBlock) + ((input + 1) * Width) + (i % Width)];
                if (stride == 0)
                    Shared[(input * Width) + (i % Width)] += share;
                else
                    Sum[start + (stride * (first + i))] += share;
            }
        }

        // What a block passes back to an input: nothing where the cotangent is 0.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector<double> Share(ref double cotangents, int block, ref double results, int place)
        {
            Vector<double> cotangent = Vector.LoadUnsafe(ref cotangents, (nuint)(block * Width));
            Vector<double> share = cotangent * Vector.LoadUnsafe(ref results, (nuint)place);
            return Vector.ConditionalSelect(Vector.AsVectorDouble(Vector.Equals(cotangent, Vector<double>.Zero)), Vector<double>.Zero, share);
        }

        private static Vector<double> Row(ReadOnlySpan<double> results, int row) => new(results.Slice(row * Width, Width));

        private static Vector<long> Mask(ReadOnlySpan<double> results, int row) => new(MemoryMarshal.Cast<double, long>(results.Slice(row * Width, Width)));
    }
}
