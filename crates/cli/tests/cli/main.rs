//! The command as people and scripts use it: the built binary, a clean environment, its output.

#[cfg(test)]
mod base_urls;
#[cfg(all(test, unix))]
mod configured;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod doctor;
#[cfg(test)]
#[cfg(unix)]
mod exec;
#[cfg(test)]
mod exit_codes;
#[cfg(test)]
mod explain;
#[cfg(test)]
mod headers;
#[cfg(all(test, unix))]
mod hygiene;
#[cfg(test)]
mod leaks;
#[cfg(test)]
mod support;
#[cfg(test)]
mod token;
