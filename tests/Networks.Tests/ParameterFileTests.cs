using ConservativeAD.Kernels;

namespace ConservativeAD.Networks.Tests;

public sealed class ParameterFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("conservative-ad-").FullName;

    private string File => Path.Combine(folder, "network.safetensors");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void WhatIsSavedIsLoadedToTheBit()
    {
        Module<float> saved = Network<float>(1), loaded = Network<float>(2);
        saved.Buffers.First().Value.CopyFrom([1, 2, 3, 4, 5]);
        ParameterFile.Save(File, saved, new Dictionary<string, string> { ["epoch"] = "3" });
        Assert.Equal("3", ParameterFile.Load(File, loaded)["epoch"]);
        Assert.Equal(Elements(saved), Elements(loaded));
        Assert.Equal([File], Directory.GetFiles(folder));
    }

    [Fact]
    public void AnotherPrecisionIsConvertedOnlyWhenAskedFor()
    {
        ParameterFile.Save(File, Network<double>(1));
        Module<Half> loaded = Network<Half>(2);
        Assert.Contains("F64", Assert.Throws<InvalidDataException>(() => ParameterFile.Load(File, loaded)).Message, StringComparison.Ordinal);
        ParameterFile.Load(File, loaded, convert: true);
        Assert.Equal(Elements(Network<Half>(1)), Elements(loaded));
    }

    [Fact]
    public void AnotherNetworkIsRefusedWithTheDifferencesAndNothingChanges()
    {
        ParameterFile.Save(File, Models.Mlp<float>([4, 6, 3], new Initializer(Device.Default, 1)));
        Module<float> other = Network<float>(2);
        float[] before = Elements(other);
        string message = Assert.Throws<InvalidDataException>(() => ParameterFile.Load(File, other)).Message;
        Assert.Contains("0.weight has shape [6, 4] instead of [5, 4]", message, StringComparison.Ordinal);
        Assert.Contains("1.weight is missing", message, StringComparison.Ordinal);
        Assert.Contains("and 5 more", message, StringComparison.Ordinal);
        Assert.Equal(before, Elements(other));
    }

    [Fact]
    public void AnArrayThatTheNetworkDoesNotHaveIsNamed()
    {
        Linear<float> layer = new("layer", 2, 2, new Initializer(Device.Default, 1));
        ParameterFile.Save(File, new Sequential<float>(layer, new Linear<float>("more", 2, 2, new Initializer(Device.Default, 1), bias: false)));
        Assert.Contains("more.weight is not one of the network's", Assert.Throws<InvalidDataException>(() => ParameterFile.Load(File, layer)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AFileThatCannotBeWrittenLeavesNothing()
    {
        string missing = Path.Combine(folder, "missing", "network.safetensors");
        Assert.ThrowsAny<IOException>(() => ParameterFile.Save(missing, Network<float>(1)));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void AFailedSaveKeepsWhatWasThere()
    {
        ParameterFile.Save(File, Network<float>(1));
        byte[] before = System.IO.File.ReadAllBytes(File);
        var twice = new Sequential<float>(new Linear<float>("same", 1, 1, new Initializer(Device.Default, 1)),
            new Linear<float>("same", 1, 1, new Initializer(Device.Default, 1)));
        Assert.Contains("same.weight", Assert.Throws<ArgumentException>(() => ParameterFile.Save(File, twice)).Message, StringComparison.Ordinal);
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    private static Sequential<T> Network<T>(ulong seed)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        Models.Mlp<T>([4, 5, 3], new Initializer(Device.Default, seed), batchNorm: true);

    private static T[] Elements<T>(Module<T> module)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T> =>
        [.. module.Parameters.SelectMany(parameter => parameter.Value.ToArray()), .. module.Buffers.SelectMany(buffer => buffer.Value.ToArray())];

    [Fact]
    public void NamesOfAStateDictAreMapped()
    {
        var network = new Sequential<float>(new Linear<float>("0", 3, 2, new Initializer(Device.Default, 1)));
        SafetensorsFile.Of([
            new SafetensorsTensor("module.fc.weight", "F32", [2, 3], new byte[24]), new SafetensorsTensor("module.fc.bias", "F32", [2], new byte[8]),
            new SafetensorsTensor("module.bn.num_batches_tracked", "I64", [], new byte[8]),
        ]).Write(File);
        ParameterFile.Load(File, network,
            name => name.EndsWith("tracked", StringComparison.Ordinal) ? null : name.Replace("module.fc", "0", StringComparison.Ordinal));
        Assert.All(network.Parameters, parameter => Assert.All(parameter.Value.ToArray(), element => Assert.Equal(0, element)));
        Assert.Contains("were both renamed to x", Assert.Throws<InvalidDataException>(() => ParameterFile.Load(File, network, _ => "x")).Message);
        Assert.Contains("0.bias is missing", Assert.Throws<InvalidDataException>(() => ParameterFile.Load(File, network, _ => null)).Message);
    }
}
