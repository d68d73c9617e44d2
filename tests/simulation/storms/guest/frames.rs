//! WebSocket frames, as clients write and read them.

pub(crate) const TEXT: u8 = 1;
pub(crate) const CLOSE: u8 = 8;

/// Any key will do, but one of zeros would leave nothing to unmask.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// Appends a whole frame, masked.
pub(crate) fn push_frame(opcode: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.push(0x80 | opcode);
    match payload.len() {
        short @ 0..=125 => out.push(0x80 | short as u8),
        length @ 126..=0xffff => {
            out.push(0x80 | 126);
            out.extend((length as u16).to_be_bytes());
        }
        length => {
            out.push(0x80 | 127);
            out.extend((length as u64).to_be_bytes());
        }
    }
    out.extend(KEY);
    let masked = payload.iter().zip(KEY.iter().cycle());
    out.extend(masked.map(|(byte, key)| byte ^ key));
}

/// Takes out the first frame, if all of it is there: its kind and what it carries.
pub(crate) fn take_frame(input: &mut Vec<u8>) -> Option<(u8, Vec<u8>)> {
    let (start, length) = match *input.as_slice() {
        [_, 126, high, low, ..] => (4, usize::from(u16::from_be_bytes([high, low]))),
        [_, 127, ref rest @ ..] => {
            let digits = rest.first_chunk::<8>()?;
            (10, u64::from_be_bytes(*digits) as usize)
        }
        [_, 126, ..] | [] | [_] => return None,
        [_, short, ..] => (2, usize::from(short)),
    };
    let payload = input.get(start..start + length)?.to_vec();
    let opcode = input[0] & 0x0f;
    input.drain(..start + length);
    Some((opcode, payload))
}
