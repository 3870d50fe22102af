namespace ConservativeAD.Kernels.Gpu;

/// <summary>What a kernel does for one index. Its fields are views of device memory and plain numbers; a thread takes every so manieth index.</summary>
internal interface IIndexBody
{
    /// <summary>Does it.</summary><param name="index">From 0.</param>
    void Run(int index);
}

/// <summary>What a group of threads does together for one part of the work; groups take every so manieth part.</summary>
internal interface IGroupBody
{
    /// <summary>Does it; every thread of the group calls it.</summary><param name="part">From 0.</param>
    void Run(int part);
}
