using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Text;
using ConservativeAD.Distributed;
using ConservativeAD.Studies.Reports;

namespace ConservativeAD.Studies.Ranks;

/// <summary>
/// The units of a study over the ranks of a job. Rank 0 hands them out one by one, so that ranks of different speed balance themselves, computes too, and
/// writes the journal: every finished unit comes to it at once, and the rank that did it goes on when it is in the journal. The work runs on a thread of its
/// own, and the messages on the thread that started MPI.
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
    private const int None = -1;

    // How often progress within long units is told, and how long rank 0 sleeps where no message waits.
    private const int TellingInterval = 1000;
    private const int AskingInterval = 1;

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
            int working = ranks.Count - 1;
            while (true)
            {
                if (communicator.HasMessage(Tag, out int from))
                    working -= Reply(from) == Kind.End ? 1 : 0;
                else if (isStopped || (Volatile.Read(ref hasEnded) && (working == 0 || failure is not null || cancellation.IsCancellationRequested)))
                    return working == 0 && !isStopped;
                else
                    Thread.Sleep(AskingInterval);
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
            journal(unit);
        else
            Await(Kind.Report, Encoding.UTF8.GetBytes(ResultsJson.WriteLine(unit)));
    }

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

    // The place of the next unit of a list, on rank 0. Ranks may begin a list before rank 0 does.
    private int Next(int list, int count)
    {
        lock (changing)
        {
            while (dealt.Count <= list)
                dealt.Add(0);
            return !isStopped && dealt[list] < count ? dealt[list]++ : None;
        }
    }

    // Asks rank 0 from a thread that works.
    private byte[] Await(Kind kind, byte[] content)
    {
        Question question = new(kind, content, new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously));
        questions.Add(question);
        return question.Answer.Task.GetAwaiter().GetResult();
    }

    // Asks rank 0 from the thread that started MPI. Every message has an answer.
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
            case Kind.Next:
                answer = new byte[sizeof(int)];
                int place = Next(BinaryPrimitives.ReadInt32LittleEndian(content), BinaryPrimitives.ReadInt32LittleEndian(content[sizeof(int)..]));
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
            return () => BinaryPrimitives.ReadInt32LittleEndian(owner.Await(Kind.Next, asked)) is >= 0 and var place ? place : null;
        }
    }
}
