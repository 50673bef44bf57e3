//! Whether two pictures look the same to a person.

/// Below this a person sees no other colour: of 255, in each of red, green and blue.
const SAME: u8 = 16;
/// So many of ten thousand points may differ: a smoothed edge, not a line of text.
const FEW: usize = 5;

/// A picture, point by point.
pub(crate) struct Picture {
    size: (u32, u32),
    points: Vec<[u8; 3]>,
}

impl Picture {
    pub(crate) fn read(png: &[u8]) -> Self {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info().expect("a PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a picture that fits into memory")];
        let info = reader.next_frame(&mut bytes).expect("a whole PNG");
        let points =
            bytes.chunks_exact(info.color_type.samples()).map(|point| [point[0], point[1], point[2]]);
        Self { size: (info.width, info.height), points: points.collect() }
    }

    /// `Ok` if both look the same, or what a person would see.
    pub(crate) fn difference(&self, other: &Self) -> Result<(), String> {
        if self.size != other.size {
            return Err(format!("{:?} points instead of {:?}", other.size, self.size));
        }
        let differ = |(a, b): &(&[u8; 3], &[u8; 3])| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > SAME);
        let count = self.points.iter().zip(&other.points).filter(differ).count();
        if count * 10_000 <= self.points.len() * FEW {
            return Ok(());
        }
        Err(format!("{count} of {} points have another colour", self.points.len()))
    }
}
