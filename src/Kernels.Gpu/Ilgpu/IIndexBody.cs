namespace ConservativeAD.Kernels.Ilgpu;

/// <summary>The work of a kernel for one index. Its fields are views of device memory and plain numbers. Each thread takes indices at a stride of the number of
/// threads.</summary>
internal interface IIndexBody
{
    /// <summary>Runs the work for one index.</summary><param name="index">From 0.</param>
    void Run(int index);
}

/// <summary>The work of a group of threads for one part. Each group takes parts at a stride of the number of groups.</summary>
internal interface IGroupBody
{
    /// <summary>Runs one part; every thread of the group calls it.</summary><param name="part">From 0.</param>
    void Run(int part);
}
