using System.Runtime.CompilerServices;
using ConservativeAD.Scalars;

namespace ConservativeAD.Tests.Scalars;

/// <summary>The errors for numbers of a tape that is disposed of, belongs to another thread, or is not their own.</summary>
public sealed class ScalarTapeStateTests
{
    [Fact]
    public void MoreTapesThanEverWereAllowedMayBeForgotten()
    {
        double sum = 0;
        for (int i = 0; i < 20_000; i++)
            sum += Forgotten(i);
        Assert.Equal(2.0 * 20_000 * 19_999 / 2, sum);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static double Forgotten(int i)
        {
            ScalarTape tape = new();
            Active x = tape.Variable(i);
            return tape.Gradient(x * x)[0];
        }
    }

    [Fact]
    public void MoreTapesThanEverWereAllowedMayBeAlive()
    {
        ScalarTape[] tapes = [.. Enumerable.Range(0, 6000).Select(_ => new ScalarTape())];
        Active[] numbers = [.. tapes.Select((tape, i) => tape.Variable(i))];
        for (int i = 0; i < tapes.Length; i += 61)
            Assert.Equal(2.0 * i, tapes[i].Gradient(numbers[i] * numbers[i])[0]);
        Assert.Throws<InvalidOperationException>(() => numbers[1] * numbers[2]);
        foreach (ScalarTape tape in tapes)
            tape.Dispose();
        Assert.Throws<InvalidOperationException>(() => numbers[3] * 2);
    }

    [Fact]
    public void ANumberIsRefusedAfterAnyNumberOfResets()
    {
        using ScalarTape tape = new();
        Active stale = tape.Variable(3);
        for (int resets = 1; resets <= 600_000; resets++)
        {
            tape.Reset();
            if (resets % 20_000 == 0 || resets is 524_287 or 524_288)
            {
                Active fresh = tape.Variable(2);
                Assert.Throws<InvalidOperationException>(() => stale * 2);
                Assert.Throws<InvalidOperationException>(() => stale * fresh);
                Assert.Throws<InvalidOperationException>(() => tape.Gradient(stale));
                Assert.Equal(4, tape.Gradient(fresh * fresh)[0]);
            }
        }
    }

    [Fact]
    public void AForgottenTapesNumbersAreRefusedInPlainWords()
    {
        Active lost = Lost();
        for (int i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Contains("as long as the program holds it", Assert.Throws<InvalidOperationException>(() => lost * 2).Message, StringComparison.Ordinal);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Active Lost() => new ScalarTape().Variable(1);
    }

    [Fact]
    public void AnotherThreadIsRefusedUntilItTakesTheTapeOver()
    {
        using ScalarTape tape = new();
        Active x = tape.Variable(3), y = x * x;
        (Exception? problem, double[] gradient) = (null, []);
        OnAnotherThread(() => problem = Record.Exception(() => Many(y)));
        Assert.Contains("TakeOver", Assert.IsType<InvalidOperationException>(problem).Message, StringComparison.Ordinal);
        OnAnotherThread(() =>
        {
            tape.TakeOver();
            gradient = tape.Gradient(y * x);
        });
        Assert.Equal([27], gradient);

        // Now the first thread is the other one.
        Assert.Throws<InvalidOperationException>(() => Many(x));
        tape.TakeOver();
        Assert.Equal([6], tape.Gradient(x * x));
    }

    [Fact]
    public void ManyOperationsOfTwoThreadsOnOneTapeAreTold()
    {
        int told = 0;
        for (int trial = 0; trial < 60; trial++)
        {
            using ScalarTape tape = new();
            Active x = tape.Variable(0.7);
            using Barrier begin = new(2);
            Exception?[] problems = new Exception?[2];
            Thread other = new(() => problems[1] = Record.Exception(() => Chain(x, begin)));
            other.Start();
            problems[0] = Record.Exception(() => tape.Gradient(Chain(x, begin)));
            other.Join();
            foreach (Exception? problem in problems)
            {
                if (problem is not null)
                    Assert.Contains("thread", Assert.IsType<InvalidOperationException>(problem).Message, StringComparison.Ordinal);
            }

            // The tape's own thread may get the error, if the other thread's numbers displaced its own.
            if (problems.Any(problem => problem is not null))
                told++;
        }

        Assert.InRange(told, 50, 60);

        static Active Chain(Active x, Barrier begin)
        {
            begin.SignalAndWait(TestContext.Current.CancellationToken);
            Active y = x;
            for (int i = 0; i < 3000; i++)
                y = (y * x) + 1;
            return y;
        }
    }

    [Fact]
    public void ThreadsWithTapesOfTheirOwnDoNotMeet()
    {
        double[] gradients = new double[4];
        Thread[] threads = [.. Enumerable.Range(0, gradients.Length).Select(who => new Thread(() =>
        {
            for (int round = 0; round < 200; round++)
            {
                using ScalarTape tape = new();
                Active x = tape.Variable(who), y = x;
                for (int i = 0; i < 50; i++)
                    y += x * x;
                gradients[who] = tape.Gradient(y)[0];
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal([1, 101, 201, 301], gradients);
    }

    [Fact]
    public void ADerivativeWithinAProgramIsRefusedAndNotLost()
    {
        using ScalarTape outer = new();
        Active w = outer.Variable(2), z = w * w;
        using ScalarTape inner = new();

        // d/dz z² at z = w²; a tape inside the program would lose the dependence of z on w.
        Active own = inner.Variable(z.Value);
        Assert.Equal(8, inner.Gradient(own * own)[0]);
        string refused = Assert.Throws<InvalidOperationException>(() => own * z).Message;
        Assert.DoesNotContain("Active.Value", refused, StringComparison.Ordinal);
        Assert.Contains("NestedTape", refused, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => inner.Gradient(z));
        Assert.Throws<InvalidOperationException>(() => double.CreateChecked(z));
        Assert.Equal(24, outer.Gradient(w * 2 * z)[0]);
    }

    private static Active Many(Active x)
    {
        for (int i = 0; i < 1000; i++)
            x = (x * 0.5) + 1;
        return x;
    }

    private static void OnAnotherThread(Action action)
    {
        Thread other = new(() => action());
        other.Start();
        other.Join();
    }
}
