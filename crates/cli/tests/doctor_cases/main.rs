//! `onecred doctor` against environments that support engineers meet, and against clean ones.
#![cfg(unix)]

#[cfg(test)]
mod binary;
#[cfg(test)]
mod case;
#[cfg(test)]
mod clean;
#[cfg(test)]
mod online;
#[cfg(test)]
mod table;
