using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Text;
using ConservativeAD.Distributed;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Ranks;

/// <summary>
/// The units of a study over the ranks of a job. Rank 0 hands them out one by one, so that ranks of different speed balance themselves, computes too, and
/// writes the journal: every finished unit comes to it at once, and the rank that did it goes on when it is in the journal. The work runs on a thread of its
/// own, and the messages on the thread that started MPI. Where units are short, a rank does not wait for messages: it asks for the next unit while it does
/// one, and goes on before the last is in the journal.
/// </summary>
/// <typeparam name="TUnit">The results of one unit.</typeparam>
/// <param name="ranks">The ranks.</param>
/// <param name="journal">Adds a unit to the journal; called on rank 0 only, on any thread.</param>
/// <param name="progress">Takes the parts of units that all ranks have done; called on rank 0 only, on any thread.</param>
internal sealed class RankedUnits<TUnit>(JobRanks ranks, Action<TUnit> journal, Action<double> progress)
    where TUnit : class
{
    private const int Tag = 1;
    private const int KindBytes = 1;
    private const int HeadBytes = KindBytes + sizeof(double);
    private const int None = -1, Later = -2;

    // How often progress within long units is told, and how long a rank sleeps where no message waits: longer and longer, as long as none comes.
    private const int TellingInterval = 1000;
    private const int ShortestInterval = 1, LongestInterval = 8;

    // What an end of the job may lose beside the units in flight.
    private static readonly TimeSpan ShortUnit = TimeSpan.FromSeconds(1);

    // When this thread was given its unit; 0 before.
    [ThreadStatic]
    private static long began;

    private readonly JobRanks ranks = ranks;
    private readonly Communicator communicator = ranks.Communicator;
    private readonly BlockingCollection<Question?> questions = [];
    private readonly Lock changing = new();
    private readonly List<int> dealt = [];
    private volatile bool isStopped;
    private double untold;

    private enum Kind : byte
    {
        Next,
        Ahead,
        Report,
        Progress,
        End,
    }

    /// <summary>Does this rank's part, and returns on rank 0 when all ranks have ended theirs.</summary>
    /// <param name="finished">Units of an earlier run.</param>
    /// <param name="work">Does units.</param>
    /// <param name="cancellation">Stops it. Units in flight are lost.</param>
    /// <returns>Whether all ranks have ended; after cancellation, of any rank, rank 0 waits for no others.</returns>
    public bool Run(IReadOnlyList<TUnit> finished, Action<UnitWork<TUnit>> work, CancellationToken cancellation)
    {
        ExceptionDispatchInfo? failure = null;
        bool hasEnded = false;
        UnitWork<TUnit> own = new(finished, Report, Progress, new Dealer(this));
        new Thread(Work) { IsBackground = true }.Start();
        bool haveAllEnded = true;
        if (ranks.IsFirst)
            haveAllEnded = Answer();
        else
            Ask();
        failure?.Throw();
        return haveAllEnded;

        void Work()
        {
            try
            {
                work(own);
            }
            catch (OperationCanceledException)
            {
                // What was finished is in the journal.
            }
            catch (Exception problem)
            {
                failure = ExceptionDispatchInfo.Capture(problem);
            }

            Volatile.Write(ref hasEnded, true);
            questions.Add(null, CancellationToken.None);
        }

        bool Answer()
        {
            int working = ranks.Count - 1, interval = ShortestInterval;
            while (true)
            {
                if (communicator.HasMessage(Tag, out int from))
                {
                    working -= Reply(from) == Kind.End ? 1 : 0;
                    interval = ShortestInterval;
                }
                else if (isStopped || (Volatile.Read(ref hasEnded) && (working == 0 || failure is not null || cancellation.IsCancellationRequested)))
                {
                    return working == 0 && !isStopped;
                }
                else
                {
                    Thread.Sleep(interval);
                    interval = Math.Min(2 * interval, LongestInterval);
                }
            }
        }

        void Ask()
        {
            while (true)
            {
                if (!questions.TryTake(out Question? question, TellingInterval, CancellationToken.None))
                {
                    Exchange(Kind.Progress, []);
                    continue;
                }

                if (question is null)
                    break;
                question.Answer.SetResult(Exchange(question.Kind, question.Content));
            }

            if (failure is null)
                Exchange(Kind.End, [(byte)(cancellation.IsCancellationRequested ? 1 : 0)]);
        }
    }

    private void Report(TUnit unit)
    {
        if (ranks.IsFirst)
        {
            journal(unit);
            return;
        }

        Task<byte[]> answer = Ask(Kind.Report, Encoding.UTF8.GetBytes(ResultsJson.WriteLine(unit)));
        if (!WasShort())
            answer.GetAwaiter().GetResult();
    }

    // Whether the last unit of this thread took so little time that it may be done again.
    private static bool WasShort() => began != 0 && Stopwatch.GetElapsedTime(began) < ShortUnit;

    private void Progress(double part)
    {
        if (ranks.IsFirst)
        {
            progress(part);
            return;
        }

        lock (changing)
            untold += part;
    }

    // The place of the next unit of a list, on rank 0. Ranks may begin a list before rank 0 does. The last units are for ranks that have nothing else to do.
    private int Next(int list, int count, bool isAhead = false)
    {
        lock (changing)
        {
            while (dealt.Count <= list)
                dealt.Add(0);
            if (isStopped || dealt[list] >= count)
                return None;
            return isAhead && count - dealt[list] <= 2 * ranks.Count ? Later : dealt[list]++;
        }
    }

    // Asks rank 0 from a thread that works.
    private Task<byte[]> Ask(Kind kind, byte[] content)
    {
        Question question = new(kind, content, new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously));
        questions.Add(question);
        return question.Answer.Task;
    }

    // Asks rank 0 from the thread that started MPI. Every message has an answer, for which the thread waits asleep, since others compute.
    private byte[] Exchange(Kind kind, byte[] content)
    {
        byte[] message = new byte[HeadBytes + content.Length];
        message[0] = (byte)kind;
        lock (changing)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(message.AsSpan(KindBytes), untold);
            untold = 0;
        }

        content.CopyTo(message, HeadBytes);
        communicator.SendBytes(message, 0, Tag);
        for (int interval = ShortestInterval; !communicator.HasMessage(Tag, out _); interval = Math.Min(2 * interval, LongestInterval))
            Thread.Sleep(interval);
        return communicator.ReceiveBytes(0, Tag);
    }

    private Kind Reply(int from)
    {
        byte[] message = communicator.ReceiveBytes(from, Tag);
        Kind kind = (Kind)message[0];
        progress(BinaryPrimitives.ReadDoubleLittleEndian(message.AsSpan(KindBytes)));
        ReadOnlySpan<byte> content = message.AsSpan(HeadBytes);
        byte[] answer = [];
        switch (kind)
        {
            case Kind.Next or Kind.Ahead:
                answer = new byte[sizeof(int)];
                int place = Next(BinaryPrimitives.ReadInt32LittleEndian(content), BinaryPrimitives.ReadInt32LittleEndian(content[sizeof(int)..]),
                    kind == Kind.Ahead);
                BinaryPrimitives.WriteInt32LittleEndian(answer, place);
                break;
            case Kind.Report:
                journal(ResultsJson.Read<TUnit>(Encoding.UTF8.GetString(content)));
                break;
            case Kind.End when content[0] != 0:
                // A rank was told to stop: all do, and rank 0 writes what is finished.
                isStopped = true;
                break;
        }

        communicator.SendBytes(answer, from, Tag);
        return kind;
    }

    private sealed record Question(Kind Kind, byte[] Content, TaskCompletionSource<byte[]> Answer);

    private sealed class Dealer(RankedUnits<TUnit> owner) : IUnitDealer
    {
        private int lists;

        public Func<int?> Begin(int count)
        {
            int list = lists++;
            if (owner.ranks.IsFirst)
                return () => owner.Next(list, count) is >= 0 and var place ? place : null;
            byte[] asked = new byte[2 * sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(asked, list);
            BinaryPrimitives.WriteInt32LittleEndian(asked.AsSpan(sizeof(int)), count);

            // The answer to what was asked ahead, for the first thread of this rank that needs a unit.
            Task<byte[]>? ahead = null;
            return () =>
            {
                bool areShort = WasShort();
                int place = Interlocked.Exchange(ref ahead, null) is { } answer ? PlaceOf(answer) : Later;
                if (place == Later)
                    place = PlaceOf(owner.Ask(Kind.Next, asked));
                began = Stopwatch.GetTimestamp();
                if (place < 0)
                    return null;
                if (areShort)
                {
                    lock (owner.changing)
                        ahead ??= owner.Ask(Kind.Ahead, asked);
                }

                return place;
            };
        }

        private static int PlaceOf(Task<byte[]> answer) => BinaryPrimitives.ReadInt32LittleEndian(answer.GetAwaiter().GetResult());
    }
}
