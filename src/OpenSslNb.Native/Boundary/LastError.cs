using OpenSslNb.Native.Structs;

namespace OpenSslNb.Native.Boundary;

/// <summary>The last failure of a thread. Its texts are put into native memory when somebody asks, and freed with the next failure or with the thread.</summary>
internal sealed unsafe class LastError
{
    private string _message = "";
    private IReadOnlyList<OpenSslError> _errors = [];
    private Arena? _arena;
    private byte* _text;
    private NativeOpenSslError* _entries;

    public Result Result { get; private set; }

    public int ErrorCount => _errors.Count;

    public byte* Text => _text != null ? _text : _text = Memory.Text(_message);

    public NativeOpenSslError* Errors => _entries != null || _errors.Count == 0 ? _entries : _entries = NativeOpenSslError.Write(Memory, _errors);

    private Arena Memory => _arena ??= new Arena();

    public void Set(Result result, string message, IReadOnlyList<OpenSslError> errors)
    {
        Clear();
        Result = result;
        _message = message;
        _errors = errors;
    }

    public void Clear()
    {
        _arena?.Dispose();
        _arena = null;
        _text = null;
        _entries = null;
        Result = Result.Ok;
        _message = "";
        _errors = [];
    }
}
