using System.Reflection;
using System.Runtime.InteropServices;
using ConservativeAD.Kernels.Elementwise;
using ConservativeAD.Kernels.Reductions;
using ConservativeAD.Kernels.Scans;

namespace ConservativeAD.Kernels.Tests;

/// <summary>Arrays record that they were returned and that they were changed, and every method of a device checks this.</summary>
public sealed class ArrayStateTests : IDisposable
{
    private readonly Device device = Device.Cpu(2);

    public static TheoryData<string> Entries =>
    [
        .. typeof(Device).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.GetParameters().Any(IsArray) && !method.GetParameters().Any(parameter => parameter.ParameterType.IsByRefLike)
                && method.Name is not ("Return" or "Copy"))
            .Select(method => method.ToString()!),
    ];

    public void Dispose() => device.Dispose();

    [Theory]
    [MemberData(nameof(Entries))]
    public void EveryCallOfADeviceRefusesAnArrayThatWasGivenBack(string entry)
    {
        MethodInfo method = typeof(Device).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Single(method => method.ToString() == entry);
        Assert.False(method.IsVirtual, "A device overrides the kernel, not the entry, which looks at the arrays.");
        if (method.IsGenericMethodDefinition)
            method = method.MakeGenericMethod([.. method.GetGenericArguments().Select(Filled)]);
        ParameterInfo[] parameters = method.GetParameters();
        for (int stale = 0; stale < parameters.Length; stale++)
        {
            if (!IsArray(parameters[stale]))
                continue;
            object?[] arguments = [.. parameters.Select(Default)];
            arguments[stale] = parameters[stale].ParameterType.GetElementType() == typeof(NDArray<int>) ? GivenBack<int>() : GivenBack<float>();
            TargetInvocationException thrown = Assert.Throws<TargetInvocationException>(() => method.Invoke(device, arguments));
            Assert.Contains("given back", Assert.IsType<InvalidOperationException>(thrown.InnerException).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void CopiesRefuseAnArrayThatWasGivenBack()
    {
        NDArray<float> array = device.Array<float>([2], [1f, 2]);
        NDArray<float> view = array.Slice(0, 1, 1);
        device.Return(array);
        Assert.Throws<InvalidOperationException>(() => array.ToArray());
        Assert.Throws<InvalidOperationException>(() => view.GetScalar());
        Assert.Throws<InvalidOperationException>(() => view.CopyFrom([1f]));
        Assert.Throws<InvalidOperationException>(() => new NDArray<float>(array.Storage, [2]));
        Assert.False(view.IsHeld);
    }

    [Fact]
    public void ABlockGivenBackTwiceIsNotHandedOutTwice()
    {
        NDArray<double> first = device.Allocate<double>([100]);
        device.Return(first.Storage);
        Assert.Throws<InvalidOperationException>(() => device.Return(first.Storage));
        Assert.Throws<InvalidOperationException>(() => device.Return(first));
        NDArray<double> second = device.Allocate<double>([100]), third = device.Allocate<double>([100]);
        Assert.NotSame(second.Storage, third.Storage);

        // The block belongs to another array by now.
        Assert.Same(first.Storage, second.Storage);
        Assert.Throws<InvalidOperationException>(() => device.Return(first));
        Assert.True(second.IsHeld);
        Assert.Throws<InvalidOperationException>(() => first.ToArray());
    }

    [Fact]
    public void APinnedArrayIsRefusedOnceItsBlockIsWritten()
    {
        NDArray<float> array = device.Array<float>([2], [1f, 2]), pinned = array.Pinned(), view = pinned.Slice(0, 0, 1);
        Assert.Equal([1f, 2], pinned.ToArray());
        array.Slice(0, 1, 1).CopyFrom([5f]);
        Assert.True(pinned.WasChanged);
        Assert.Equal("CopyFrom", Assert.Throws<ArrayChangedException>(() => view.GetScalar()).ChangedBy);
        Assert.Equal([1f, 5], pinned.Unpinned().ToArray());
        Assert.Equal([1f, 5], pinned.Pinned().ToArray());
        array.Storage.NoteChange("Sgd.Step");
        Assert.Contains("Sgd.Step", Assert.Throws<ArrayChangedException>(() => pinned.ToArray()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BytesInUseLeaveOutWhatWasRefusedAndWhatNobodyHolds()
    {
        // More than the address space of a process, which no system can allocate, even with overcommit.
        for (int i = 0; i < 3; i++)
            Assert.Throws<InsufficientMemoryException>(() => device.Allocate<Large>([2_000_000_000]));
        Collect();
        Assert.Equal(0, device.BytesInUse);
        Forget();
        Collect();
        Assert.Equal(0, device.BytesInUse);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        void Forget() => device.Fill(device.Allocate<float>([1000]), 1);

        void Collect()
        {
            for (int i = 0; i < 20 && device.BytesInUse > 0; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
    }

    [Fact]
    public void WhatWaitsIsBoundedAndCanBeLetGo()
    {
        const int Bound = 256 << 20;
        for (int megabytes = 1; megabytes < 60; megabytes++)
        {
            NDArray<byte> block = device.Allocate<byte>([megabytes << 20]);
            device.Return(block);
            Assert.InRange(device.BytesWaiting, 1, Bound);
        }

        NDArray<byte> held = device.Allocate<byte>([1000]);
        device.Trim();
        Assert.Equal(0, device.BytesWaiting);
        Assert.True(held.IsHeld);
        device.Return(held);
        Assert.True(device.BytesWaiting > 0);
    }

    [Fact]
    public void ADisposedDeviceSaysSoAndKeepsNothing()
    {
        Device own = Device.Cpu(1);
        NDArray<float> held = own.Allocate<float>([100]);
        own.Return(own.Allocate<float>([5000]));
        own.Dispose();
        Assert.Equal(0, own.BytesWaiting);
        Assert.Contains("CPU with 1 thread", Assert.Throws<ObjectDisposedException>(() => own.Allocate<float>([100])).Message, StringComparison.Ordinal);
        own.Return(held);
        Assert.Equal((0, 0), (own.BytesWaiting, own.BytesInUse));
    }

    [Fact]
    public void TheDefaultDeviceOutlivesItsDisposal()
    {
        Device.Default.Dispose();
        NDArray<float> array = Device.Default.Allocate<float>([100_000]);
        Device.Default.Fill(array, 2);
        Device.Default.Map(default(Identity), array, array);
        Assert.Equal(2, array.Slice(0, 99_999, 1).GetScalar());
        Device.Default.Return(array);
    }

    private static bool IsArray(ParameterInfo parameter) =>
        parameter.ParameterType.GetElementType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(NDArray<>);

    private static Type Filled(Type argument) =>
        argument.GetGenericParameterConstraints() is var bounds && bounds.Contains(typeof(IUnaryMap)) ? typeof(Identity)
        : bounds.Contains(typeof(IBinaryMap)) ? typeof(FirstOfTwo)
        : bounds.Contains(typeof(ITernaryMap)) ? typeof(FirstOfThree)
        : bounds.Contains(typeof(IQuaternaryMap)) ? typeof(FirstOfFour)
        : bounds.Contains(typeof(IReduction)) ? typeof(Sum)
        : bounds.Contains(typeof(IUpdate)) ? typeof(Kept)
        : bounds.Contains(typeof(IScan)) ? typeof(Running<Sum>)
        : typeof(float);

    private static object? Default(ParameterInfo parameter)
    {
        Type type = parameter.ParameterType.GetElementType() ?? parameter.ParameterType;
        return type.IsValueType ? Activator.CreateInstance(type) : null;
    }

    private NDArray<T> GivenBack<T>()
        where T : unmanaged
    {
        NDArray<T> array = device.Allocate<T>([4]);
        device.Return(array);
        return array;
    }

    [StructLayout(LayoutKind.Sequential, Size = 1 << 18)]
    private readonly struct Large;

    private readonly struct FirstOfTwo : IBinaryMap
    {
        public L Invoke<L>(L x, L y)
            where L : struct, ILane<L> => x;
    }

    private readonly struct FirstOfThree : ITernaryMap
    {
        public L Invoke<L>(L x, L y, L z)
            where L : struct, ILane<L> => x;
    }

    private readonly struct FirstOfFour : IQuaternaryMap
    {
        public L Invoke<L>(L x, L y, L z, L w)
            where L : struct, ILane<L> => x;
    }

    private readonly struct Kept : IUpdate
    {
        public static int States => 4;

        public void Invoke<L>(ref L parameter, L gradient, ref L first, ref L second, ref L third, ref L fourth)
            where L : struct, ILane<L>
        {
        }
    }
}
