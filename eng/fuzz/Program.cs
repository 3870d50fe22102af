using System.Globalization;
using ConservativeAD.Fuzz;
using ConservativeAD.Fuzz.Torture;

const string Usage = """
    Feeds what the program reads with broken variants, and kills or interrupts it at random moments.

      dotnet run -c Release --project eng/fuzz -- run FORMAT|all [INPUTS] [SEED]     inputs of a format; a million if not given
      dotnet run -c Release --project eng/fuzz -- kill COMMAND [TIMES] [SEED]        kills with --resume; 200 if not given
      dotnet run -c Release --project eng/fuzz -- interrupt [TIMES] [SEED] [WORD]    Ctrl-C to every long command (with a word in it); 20 if not given
      dotnet run -c Release --project eng/fuzz -- repeat FORMAT FILE                 reads one input again
      eng/torture [TIMES] [STEPS] [SEED] [COMMAND] [WORD]                            kills, starves and damages runs; 20, 1000000

    FORMAT is safetensors, idx, gzip, cifar, journal, checkpoint or command-line. COMMAND is volume, volume-of-model, train,
    relu-training, maxpool or census. Inputs with faults are kept in the folder fuzz-faults. Returns 1 where there are faults or differences.
    """;

try
{
    int Number(int place, int standard) => args.Length > place ? int.Parse(args[place], NumberStyles.None, CultureInfo.InvariantCulture) : standard;
    switch (args)
    {
        case ["run", var format, ..]:
            int faults = 0;
            foreach (string name in format == "all" ? Formats.Names : [format])
            {
                FuzzReport report = new FuzzRun(Formats.Named(name), Number(3, 1))
                {
                    Folder = "fuzz-faults",
                    Progress = Console.Error.WriteLine
                }.Run(Number(2, 1_000_000));
                Console.WriteLine(report);
                foreach (string fault in report.Faults)
                    Console.WriteLine($"  {fault}");
                faults += report.Faults.Count;
            }

            return faults == 0 ? 0 : 1;
        case ["kill", var command, ..]:
            KillReport killed = new KillTrial(command, Number(3, 1)) { Progress = Console.Error.WriteLine }.Run(Number(2, 200));
            Console.WriteLine(killed);
            foreach (string difference in killed.Differences)
                Console.WriteLine($"  {difference}");
            return killed.Differences.Count == 0 ? 0 : 1;
        case ["interrupt", ..]:
            int wrong = 0;
            Console.WriteLine("| command | interrupts | median, s | longest, s | faults |\n| --- | ---: | ---: | ---: | ---: |");
            foreach (string line in InterruptTrial.Lines.Where(line => args.Length < 4 || line.Contains(args[3], StringComparison.Ordinal)))
            {
                InterruptReport interrupted = new InterruptTrial(Number(2, 1)).Run(line, Number(1, 20));
                Console.WriteLine(interrupted);
                foreach (string fault in interrupted.Faults)
                    Console.WriteLine($"  {fault}");
                wrong += interrupted.Faults.Count;
            }

            return wrong == 0 ? 0 : 1;
        case ["torture", ..]:
            string folder = Directory.CreateTempSubdirectory("conservative-ad-torture-").FullName;
            try
            {
                int troubles = 0;
                Console.WriteLine(TortureReport.Head);
                foreach (TortureReport tortured in new TortureRun(folder, args.Length > 4 && args[4] != "all" ? args[4].Split(',') : StudiedCommand.Names,
                    Number(3, 1))
                {
                    Word = args.Length > 5 ? args[5] : null,
                    Progress = Console.Error.WriteLine,
                }.Run(Number(1, 20), Number(2, 1_000_000)))
                {
                    Console.WriteLine(tortured);
                    foreach (string fault in tortured.Faults)
                        Console.WriteLine($"  {fault}");
                    troubles += tortured.Lost + tortured.Faults.Count;
                }

                return troubles == 0 ? 0 : 1;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }

        case ["repeat", var format, var file]:
            Console.WriteLine(Formats.Named(format).Read(File.ReadAllBytes(file)));
            return 0;
        default:
            Console.WriteLine(Usage);
            return 2;
    }
}
catch (Exception problem) when (problem is ArgumentException or FormatException or OverflowException)
{
    Console.Error.WriteLine(problem.Message);
    Console.Error.WriteLine(Usage);
    return 2;
}
