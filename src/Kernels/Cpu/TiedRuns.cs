using System.Numerics;

namespace ConservativeAD.Kernels.Cpu;

/// <summary>Operations on the runs of equal elements in sorted rows. Each row is processed by one thread. NaN equals nothing, so each NaN is a run of its
/// own.</summary>
internal static unsafe class TiedRuns
{
    /// <summary>Replaces the elements of every run by their mean; Half is summed in double and rounded once.</summary>
    public static void Average<T>(WorkerPool pool, T* sorted, T* x, T* y, int rows, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var split = new Lanes(rows, length, 1);
        pool.For(split.Parts, new Body<T>(split, RunTask.Average, sorted, x, y, length));
    }

    /// <summary>Sorts the elements of every run.</summary>
    public static void Sort<T>(WorkerPool pool, T* sorted, T* x, int rows, int length, bool descending)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var split = new Lanes(rows, length, 1);
        pool.For(split.Parts, new Body<T>(split, descending ? RunTask.SortDescending : RunTask.SortAscending, sorted, x, x, length));
    }

    /// <summary>1 in every run of at least two elements, 0 elsewhere.</summary>
    public static void Mark<T>(WorkerPool pool, T* sorted, T* marks, int rows, int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var split = new Lanes(rows, length, 1);
        pool.For(split.Parts, new Body<T>(split, RunTask.Mark, sorted, marks, marks, length));
    }

    private enum RunTask
    {
        Average,
        SortAscending,
        SortDescending,
        Mark,
    }

    private readonly struct Body<T>(Lanes split, RunTask task, T* sorted, T* x, T* y, int length) : IParallelBody
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public void Run(int part)
        {
            (long first, long end) = split.Range(part);
            for (long row = first; row < end; row++)
            {
                nint start = (nint)row * length;
                for (int begin = 0, next; begin < length; begin = next)
                {
                    next = begin + 1;
                    while (next < length && sorted[start + next] == sorted[start + begin])
                        next++;
                    OneRun(x + start + begin, y + start + begin, next - begin);
                }
            }
        }

        private void OneRun(T* from, T* to, int count)
        {
            switch (task)
            {
                case RunTask.Mark:
                    new Span<T>(to, count).Fill(count > 1 ? T.One : T.Zero);
                    break;
                case RunTask.Average when count == 1:
                    *to = *from;
                    break;
                case RunTask.Average:
                    double sum = 0;
                    for (int i = 0; i < count; i++)
                        sum += double.CreateTruncating(from[i]);
                    new Span<T>(to, count).Fill(T.CreateTruncating(sum / count));
                    break;
                default:
                    var run = new Span<T>(to, count);
                    run.Sort();
                    if (task == RunTask.SortDescending)
                        run.Reverse();
                    break;
            }
        }
    }
}
